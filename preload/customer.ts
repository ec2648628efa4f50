import { contextBridge, ipcRenderer, type IpcRendererEvent } from "electron";
import type { CustomerBridge, CustomerSnapshot } from "../contract/customer.ts";

/** The display that faces the customer sees, and asks for nothing. */
const bridge: CustomerBridge = {
  watch(listener) {
    const hear = (_event: IpcRendererEvent, snapshot: CustomerSnapshot): void => listener(snapshot);
    ipcRenderer.on("qabyl:snapshot", hear);
    void ipcRenderer.invoke("qabyl:watch");
    return () => void ipcRenderer.removeListener("qabyl:snapshot", hear);
  },
};

contextBridge.exposeInMainWorld("qabylDisplay", bridge);
