import { QRCodeSVG } from "qrcode.react";
import { memo, useLayoutEffect, useRef } from "react";
import type { ReactNode } from "react";

/** Four modules of white on each side, as ISO/IEC 18004 asks. */
const QUIET = 4;
/** 25 modules: with fewer, the quiet zone would take so much of the plate that the code falls below 55 % (design U6). */
const MIN_VERSION = 2;

/** As many bytes as the largest code of level M holds (ISO/IEC 18004, version 40); a longer text cannot be drawn at all. */
const MOST_BYTES = 2331;

interface Props {
  readonly payload: string;
  /** What the code is for. */
  readonly alt: string;
  /** Stands in for a code that cannot be drawn. */
  readonly long: ReactNode;
}

/** A QR on its white plate, black on white in every theme. */
export const Code = memo(function Code({ payload, alt, long }: Props): ReactNode {
  const plate = useRef<HTMLDivElement>(null);
  useWholeModules(plate, payload);
  if (new TextEncoder().encode(payload).length > MOST_BYTES) return <EmptyPlate>{long}</EmptyPlate>;
  return (
    <div className="plate" ref={plate}>
      <QRCodeSVG
        value={payload}
        level="M"
        marginSize={QUIET}
        minVersion={MIN_VERSION}
        bgColor="#ffffff"
        fgColor="#000000"
        data-testid="qr"
        data-payload={payload}
        aria-label={alt}
      />
    </div>
  );
});

/** A module is a whole number of the screen's pixels; the rest of the plate stays white. */
function useWholeModules(plate: React.RefObject<HTMLDivElement | null>, payload: string): void {
  useLayoutEffect(() => {
    const box = plate.current;
    const svg = box?.querySelector("svg");
    if (!box || !svg) return undefined;
    const fit = (): void => {
      const modules = svg.viewBox.baseVal.width;
      const pixels = Math.floor(box.clientWidth * devicePixelRatio + 0.01);
      const side = (Math.floor(pixels / modules) * modules) / devicePixelRatio;
      svg.style.width = `${side}px`;
      svg.style.height = `${side}px`;
      svg.style.margin = `${Math.floor((box.clientHeight - side) / 2)}px ${Math.floor((box.clientWidth - side) / 2)}px`;
    };
    fit();
    const observer = new ResizeObserver(fit);
    observer.observe(box);
    return () => observer.disconnect();
  }, [plate, payload]);
}

/** Where the QR will be, or was: dashed, for nothing here comes from the bank. */
export function EmptyPlate({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className="plate empty">{children}</div>;
}
