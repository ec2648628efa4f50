/** The bank says no. The document has no form for it: plain HTTP with a JSON body that explains. */
export class Refusal extends Error {
  readonly httpStatus: number;

  constructor(httpStatus: number, message: string) {
    super(message);
    this.httpStatus = httpStatus;
  }
}
