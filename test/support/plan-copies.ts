// All batches at once, where nothing has to begin before the last message is known.

import { type Batch, type BatchLimits, BatchPlan } from "../../src/mail/transfer/batch-plan.ts";
import type { MessageSize } from "../../src/model/message-sizes.ts";

export function planCopies(
  messages: Iterable<MessageSize>,
  limits: BatchLimits,
): { batches: Batch[]; tooLarge: MessageSize[] } {
  const plan = new BatchPlan(limits);
  const batches = [...plan.add(messages), ...plan.close()];
  return { batches, tooLarge: plan.takeTooLarge() };
}
