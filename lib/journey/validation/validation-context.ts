/** What is known of a journey's workspace. A rule is skipped if its field is missing. */
export interface ValidationContext {
  /** Ids of its journeys. */
  journeys?: readonly string[] | undefined;
  /** Ids of the stages of its model, of its segments and of its placements. */
  stages?: readonly string[] | undefined;
  segments?: readonly string[] | undefined;
  placements?: readonly string[] | undefined;
  /** Quiet hours of the workspace. A journey may have its own. */
  quietHours?: { from: string; to: string } | undefined;
  /** Ports that its webhooks may call besides the usual ones. */
  webhookPorts?: readonly number[] | undefined;
  /** Whether it runs on a developer's machine, where calls may go to this machine too. */
  local?: boolean | undefined;
}
