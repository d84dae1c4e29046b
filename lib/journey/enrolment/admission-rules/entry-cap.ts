import { type AdmissionRule, reject } from './admission-input.ts';

/** Rejects an entry if the current window of the journey's cap is full. */
export const checkCap: AdmissionRule = ({ definition: { entry }, request, counted: { entered } }) =>
  entry.cap && !request.test && entered >= entry.cap.max ? reject('cap-reached', { entered }) : undefined;
