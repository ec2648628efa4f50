import { contextBridge, ipcRenderer, type IpcRendererEvent } from "electron";
import type { Bridge, Snapshot } from "../contract/snapshot.ts";

const bridge: Bridge = {
  call: (name, input) => ipcRenderer.invoke("qabyl:call", name, input),
  // Which view it is, the program knows by the window.
  watch(_view, listener) {
    const hear = (_event: IpcRendererEvent, snapshot: Snapshot): void => listener(snapshot);
    ipcRenderer.on("qabyl:snapshot", hear);
    void ipcRenderer.invoke("qabyl:watch");
    return () => void ipcRenderer.removeListener("qabyl:snapshot", hear);
  },
};

contextBridge.exposeInMainWorld("qabyl", bridge);
