import { describeBank } from "./conformance.ts";
import { halykHarness } from "./halyk-harness.ts";

describeBank(halykHarness);
