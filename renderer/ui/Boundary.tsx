import { Component } from "react";
import type { ReactNode } from "react";

interface Props {
  /** Another key is another try. */
  readonly name: string;
  /** Stands in for what could not be shown. */
  readonly instead: ReactNode;
  readonly children: ReactNode;
}

/**
 * A place whose part of the program cannot be fetched (the till program is just not there) must not take the whole page
 * with it: the next payment has to be seen.
 */
export class Boundary extends Component<Props, { readonly failed: string | null }> {
  override state = { failed: null };

  static getDerivedStateFromError(): { failed: string } {
    return { failed: "" };
  }

  override componentDidCatch(): void {
    this.setState({ failed: this.props.name });
  }

  override render(): ReactNode {
    const { failed } = this.state as { failed: string | null };
    return failed === "" || failed === this.props.name ? this.props.instead : this.props.children;
  }
}
