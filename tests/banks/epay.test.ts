import { describePostedBank } from "./posted-conformance.ts";
import { epayHarness } from "./epay-harness.ts";

describePostedBank(epayHarness);
