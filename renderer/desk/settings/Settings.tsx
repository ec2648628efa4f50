import { useState } from "react";
import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import type { Snapshot } from "../../../contract/snapshot.ts";
import { Button } from "../../ui/Button.tsx";
import { useDesk, useTask } from "../session.ts";
import { Ask } from "../ui/Ask.tsx";
import { Fault } from "../ui/Fault.tsx";
import { Page } from "../ui/Page.tsx";
import { useDeskWords } from "../words.ts";
import { AboutTab } from "./AboutTab.tsx";
import { CertificateTab } from "./CertificateTab.tsx";
import { CERTIFICATE_FAULTS } from "./faults.ts";
import { KaspiTab } from "./KaspiTab.tsx";
import { PeopleTab } from "./PeopleTab.tsx";
import { ShopTab } from "./ShopTab.tsx";
import { TokensTab } from "./TokensTab.tsx";

const TABS = ["kaspi", "certificate", "shop", "people", "tokens", "about"] as const;
type TabName = (typeof TABS)[number];

interface Props {
  readonly snapshot: Snapshot;
  /** To the wizard: a first connection, or the one in use changed. */
  readonly connect: () => void;
  readonly leave: () => void;
}

/** Everything that can be changed on a till that works. A fault that needs one section opens it. */
export function Settings({ snapshot, connect, leave }: Props): ReactNode {
  const words = useDeskWords();
  const { view } = useDesk();
  const reason = snapshot.providers.find(({ name }) => name === "kaspi")?.reason ?? view.reason;
  const [tab, setTab] = useState<TabName>(reason && CERTIFICATE_FAULTS.has(reason.code) ? "certificate" : "kaspi");
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
          <KaspiTab reason={reason} connect={connect} unfinished={<Unfinished connect={connect} />} />
        </TabPanel>
        <TabPanel id="certificate" className="work">
          <CertificateTab unfinished={<Unfinished connect={connect} />} />
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
        <TabPanel id="about" className="work">
          <AboutTab />
        </TabPanel>
      </Tabs>
    </Page>
  );
}

/** Something was begun and is not in use: it is gone on with, or thrown away. */
function Unfinished({ connect }: { readonly connect: () => void }): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const [asking, ask] = useState(false);
  if (!view.draft || !view.kaspi) return null;
  return (
    <div className="fault doubt unfinished" data-testid="unfinished">
      <div>
        <p>
          <b>{words("draft.title")}</b>
        </p>
        <p>{words("draft.t")}</p>
        <Fault error={task.error} />
        <div className="row">
          <Button id="draft-continue" kind="main" off={task.busy} onPress={connect}>
            {words("draft.go")}
          </Button>
          <Button id="draft-discard" off={task.busy} onPress={() => ask(true)}>
            {words("draft.discard")}
          </Button>
        </div>
      </div>
      {asking && (
        <Ask
          title={words("draft.q")}
          text={words("draft.q.t")}
          yes={words("draft.discard")}
          onNo={() => ask(false)}
          onYes={() => {
            ask(false);
            task.run(() => send("connection.discard", {}));
          }}
        />
      )}
    </div>
  );
}
