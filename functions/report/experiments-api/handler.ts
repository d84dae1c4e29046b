import type * as z from 'zod';
import { type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { Rejected } from '#lib/shared/errors.ts';
import { issuesOf } from '#lib/shared/http/issues.ts';
import { answerAssign, AssignRequest } from '#lib/report/experiment/assign-request.ts';
import { presentExperiment, ResultRequest } from '#lib/report/experiment/result-request.ts';
import { answerScan, ScanRequest } from '#lib/report/experiment/scan-request.ts';
import { answerSize, SizeRequest } from '#lib/report/experiment/size-request.ts';

function read<Shape extends z.ZodType>(body: unknown, shape: Shape): z.infer<Shape> {
  const found = shape.safeParse(body);
  if (!found.success) throw new Rejected('experiment.invalid', { issues: issuesOf(found.error) });
  return found.data;
}

const answering =
  <Shape extends z.ZodType>(
    shape: Shape,
    answer: (request: z.infer<Shape>, workspace: string) => unknown,
  ): ApiRoutes[string] =>
  ({ workspace, ...request }) =>
    Promise.resolve({ body: answer(read(request.body(), shape), workspace) });

/**
 * Calculators for experiments, also for those run elsewhere. They read and store nothing and are
 * deterministic.
 */
export const handleExperimentRoutes: ApiRoutes = {
  'POST /v1/experiments/size': answering(SizeRequest, answerSize),
  'POST /v1/experiments/assign': answering(AssignRequest, (request, workspace) => answerAssign(workspace, request)),
  'POST /v1/experiments/result': answering(ResultRequest, presentExperiment),
  'POST /v1/experiments/sample-ratio': answering(ScanRequest, answerScan),
};
