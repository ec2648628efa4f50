import { describeBank } from "./conformance.ts";
import { kaspiHarness, makeAuthorities } from "./kaspi-harness.ts";

await makeAuthorities();
describeBank(kaspiHarness);
