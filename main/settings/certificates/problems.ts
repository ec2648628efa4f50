/** What is wrong with a certificate, a key or a request, as the error a person reads. */
import { appError } from "../../../contract/errors.ts";
import type { AppError, ErrorCode } from "../../../contract/errors.ts";
import type { CertificateSubject } from "../../../contract/desk.ts";
import type { CertificateCode, CertificateProblem } from "../../adapters/certificates.ts";

/** A part of a request's subject that no certificate can hold: empty in Latin letters, or too long (RFC 5280, upper bounds). */
export class SubjectProblem extends Error {
  readonly field: keyof CertificateSubject;
  constructor(field: keyof CertificateSubject) {
    super(`${field} cannot stand in a certificate`);
    this.name = "SubjectProblem";
    this.field = field;
  }
}

const CODES: Record<CertificateCode, ErrorCode> = {
  wrong_passphrase: "cert_wrong_passphrase",
  old_format: "cert_old_format",
  corrupt: "cert_corrupt",
  no_key: "cert_no_key",
  key_mismatch: "cert_key_mismatch",
  expired: "certificate_expired",
  not_yet_valid: "cert_not_yet_valid",
  wrong_purpose: "cert_wrong_purpose",
  too_large: "cert_too_large",
  too_many_iterations: "cert_unsupported",
  unsupported: "cert_unsupported",
  other_owner: "cert_other_owner",
};

/** The error for the screen. `params.field` names the file or field, `params.index` its place among several CA files. */
export function certificateProblemError(problem: CertificateProblem | SubjectProblem): AppError {
  if ("code" in problem) {
    const { field, code, index } = problem;
    return appError(CODES[code], { params: { field, ...(index === null ? {} : { index: String(index) }) } });
  }
  return appError("bad_setting", { params: { field: problem.field } });
}
