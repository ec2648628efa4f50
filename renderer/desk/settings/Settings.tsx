import { useState } from "react";
import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import type { Snapshot } from "../../../contract/snapshot.ts";
import type { AppError } from "../../../contract/errors.ts";
import { bankOf, DESK_BANKS } from "../banks.ts";
import type { DeskBank } from "../banks.ts";
import { useDesk } from "../session.ts";
import { Page } from "../ui/Page.tsx";
import { useDeskWords } from "../words.ts";
import { AboutTab } from "./AboutTab.tsx";
import { CareTab } from "./CareTab.tsx";
import { CertificateTab } from "./CertificateTab.tsx";
import { Unfinished } from "./connection.tsx";
import { CERTIFICATE_FAULTS } from "./faults.ts";
import { EpayTab } from "./EpayTab.tsx";
import { HalykTab } from "./HalykTab.tsx";
import { KaspiTab } from "./KaspiTab.tsx";
import { KioskTab } from "./KioskTab.tsx";
import { PeopleTab } from "./PeopleTab.tsx";
import { ProductsTab } from "./ProductsTab.tsx";
import { ShopTab } from "./ShopTab.tsx";
import { TokensTab } from "./TokensTab.tsx";

const TABS = [
  "kaspi",
  "halykQr",
  "epay",
  "certificate",
  "shop",
  "people",
  "tokens",
  "kiosk",
  "products",
  "care",
  "about",
] as const;
type TabName = (typeof TABS)[number];

interface Props {
  readonly snapshot: Snapshot;
  /** To a bank's wizard: a first connection, or the one in use changed. */
  readonly connect: (bank: DeskBank) => void;
  readonly leave: () => void;
}

/** Everything that can be changed on a till that works. A fault that needs one section opens it. */
export function Settings({ snapshot, connect, leave }: Props): ReactNode {
  const words = useDeskWords();
  const { view } = useDesk();
  const reasonOf = (bank: DeskBank): AppError | null =>
    snapshot.providers.find(({ name }) => name === bank)?.reason ?? bankOf(view, bank).reason;
  const [tab, setTab] = useState((): TabName => {
    const used = DESK_BANKS.filter((bank) => bankOf(view, bank).inUse);
    const ill = used.find(reasonOf);
    if (ill === "kaspi" && CERTIFICATE_FAULTS.has(reasonOf(ill)?.code ?? "internal")) return "certificate";
    return ill ?? used[0] ?? "kaspi";
  });
  return (
    <Page
      snapshot={snapshot}
      screen="settings"
      title={words("set.title")}
      note={words("set.version", { v: view.version })}
      back={leave}
      focusOn="settings"
    >
      <Tabs
        className="sections"
        orientation="vertical"
        keyboardActivation="manual"
        selectedKey={tab}
        onSelectionChange={(key) => setTab(key as TabName)}
      >
        <TabList className="sectionlist" aria-label={words("set.title")}>
          {TABS.map((name) => (
            <Tab key={name} id={name} className="section" data-testid={`tab-${name}`}>
              {words(`set.${name}`)}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="kaspi" className="work">
          <KaspiTab reason={reasonOf("kaspi")} connect={() => connect("kaspi")} />
        </TabPanel>
        <TabPanel id="halykQr" className="work">
          <HalykTab reason={reasonOf("halykQr")} connect={() => connect("halykQr")} />
        </TabPanel>
        <TabPanel id="epay" className="work">
          <EpayTab reason={reasonOf("epay")} connect={() => connect("epay")} />
        </TabPanel>
        <TabPanel id="certificate" className="work">
          <CertificateTab unfinished={view.kaspi && <Unfinished bank="kaspi" connect={() => connect("kaspi")} />} />
        </TabPanel>
        <TabPanel id="shop" className="work">
          <ShopTab />
        </TabPanel>
        <TabPanel id="people" className="work">
          <PeopleTab />
        </TabPanel>
        <TabPanel id="tokens" className="work">
          <TokensTab />
        </TabPanel>
        <TabPanel id="kiosk" className="work">
          <KioskTab />
        </TabPanel>
        <TabPanel id="products" className="work">
          <ProductsTab />
        </TabPanel>
        <TabPanel id="care" className="work">
          <CareTab snapshot={snapshot} />
        </TabPanel>
        <TabPanel id="about" className="work">
          <AboutTab />
        </TabPanel>
      </Tabs>
    </Page>
  );
}
