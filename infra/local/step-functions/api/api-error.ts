/** An error of the Step Functions API: `name` is the exception's type on the wire, status 400. */
export class ApiError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

export const noSuchExecution = (arn: string) =>
  new ApiError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
export const noSuchMachine = (arn: string) =>
  new ApiError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
export const noSuchResource = (arn: string) => new ApiError('ResourceNotFound', `Resource not found: '${arn}'`);
