import { describe, expect, test } from 'vitest';
import { Workspace } from '../../lib/model/workspace.ts';
import { foldFacts } from '../../lib/profile/facts/fold-facts.ts';
import { type Profile } from '../../lib/model/profile.ts';
import { StageModel } from '../../lib/model/stage.ts';
import { decideNextStage } from '../../lib/stage/next-stage.ts';
import { stageModelOf } from '../../lib/stage/stage-templates.ts';
import { acme, aProfile, aTouchpoint, days } from '../profile/profile-examples.ts';

type Template = Extract<Workspace['stageModel'], string>;
type Did = [day: number, name: string, score?: number];

/** What customers do, and where it leads them, day by day. */
const walks: Record<Template, [did: Did[], path: string[]][]> = {
  'five-stage': [
    [
      [
        [0, 'Page Viewed'],
        [0, 'Page Viewed'],
      ],
      ['awareness'],
    ],
    [
      [
        [0, 'Page Viewed'],
        [1, 'Product Viewed'],
        [1, 'Page Viewed'],
      ],
      ['awareness', 'consideration'],
    ],
    [
      [
        [0, 'Signed Up'],
        [1, 'Checkout Started'],
        [2, 'Product Viewed'],
      ],
      ['consideration', 'decision'],
    ],
    [
      [
        [0, 'Order Completed'],
        [1, 'Product Viewed'],
        [200, 'Product Viewed'],
      ],
      ['retention', 'consideration'],
    ],
    [
      [
        [0, 'Order Completed'],
        [9, 'Order Completed'],
        [10, 'Product Viewed'],
      ],
      ['retention'],
    ],
    [
      [
        [0, 'Trial Started'],
        [30, 'Subscription Renewed'],
      ],
      ['decision', 'retention'],
    ],
    [
      [
        [0, 'Order Completed'],
        [1, 'NPS Answered', 10],
        [2, 'Product Viewed'],
      ],
      ['retention', 'advocacy'],
    ],
    [
      [
        [0, 'NPS Answered', 9],
        [5, 'NPS Answered', 3],
      ],
      ['advocacy', 'retention'],
    ],
    [
      [
        [0, 'Referral Sent'],
        [5, 'Product Viewed'],
        [400, 'Product Viewed'],
      ],
      ['advocacy', 'consideration'],
    ],
  ],
  'seven-stage': [
    [
      [
        [0, 'Page Viewed'],
        [1, 'Promotion Clicked'],
        [1, 'Page Viewed'],
      ],
      ['market-exploration', 'trigger'],
    ],
    [
      [
        [0, 'Product Viewed'],
        [0, 'Promotion Clicked'],
      ],
      ['initial-consideration'],
    ],
    [
      [
        [0, 'Product Viewed'],
        [0, 'Product Viewed'],
        [1, 'Product Viewed'],
      ],
      ['initial-consideration', 'active-evaluation'],
    ],
    [
      [
        [0, 'Product Added'],
        [1, 'Checkout Started'],
        [1, 'Order Completed'],
        [2, 'Product Viewed'],
      ],
      ['active-evaluation', 'purchase-decision', 'experience'],
    ],
    [
      [
        [0, 'Order Completed'],
        [90, 'Product Viewed'],
      ],
      ['experience', 'initial-consideration'],
    ],
    [
      [
        [0, 'Order Completed'],
        [9, 'Order Completed'],
        [20, 'Order Completed'],
      ],
      ['experience', 'loyalty'],
    ],
    [
      [
        [0, 'Review Submitted'],
        [1, 'Page Viewed'],
      ],
      ['loyalty'],
    ],
  ],
  growth: [
    [[[0, 'Page Viewed']], []],
    [
      [
        [0, 'Signed Up'],
        [1, 'Page Viewed'],
      ],
      ['acquisition'],
    ],
    [
      [
        [0, 'Signed Up'],
        [1, 'Onboarding Completed'],
        [2, 'Page Viewed'],
      ],
      ['acquisition', 'activation'],
    ],
    [
      [
        [0, 'Order Completed'],
        [9, 'Order Completed'],
      ],
      ['activation', 'adoption'],
    ],
    [
      [[0, 'Signed Up'], ...Array.from({ length: 5 }, (_, i): Did => [i, 'Feature Used'])],
      ['acquisition', 'activation', 'adoption'],
    ],
  ],
};

function pathOf(stageModel: Template, did: Did[]): string[] {
  const model = stageModelOf({ ...acme, stageModel });
  let profile: Profile = aProfile();
  return did.flatMap(([day, name, score]) => {
    const touchpoint = aTouchpoint({ name, at: days(day), properties: score === undefined ? {} : { score } });
    const after = foldFacts(profile, touchpoint, { at: touchpoint.at, workspace: acme });
    const moved = decideNextStage(model, { profile: after, touchpoint, now: after.lastSeen });
    profile = moved.profile;
    return moved.transition ? [moved.transition.to] : [];
  });
}

describe.each(Object.entries(walks))('%s', (template, rows) => {
  test.each(rows)('%j leads through %j', (did, path) => {
    expect(pathOf(template as Template, did)).toEqual(path);
  });

  test('is a valid model with every stage named in both languages', () => {
    const model = stageModelOf({ ...acme, stageModel: template as Template });
    expect(StageModel.parse(model)).toEqual(model);
  });

  test('silence alone leads nobody to a stage of doing', () => {
    const model = stageModelOf({ ...acme, stageModel: template as Template });
    const nobody = decideNextStage(model, { profile: aProfile(), now: days(400) });
    expect([undefined, model.stages[0]?.id]).toContain(nobody.profile.stage?.id);
  });
});

test('a workspace’s own purchase events are what its stages go by', () => {
  const workspace = Workspace.parse({ id: 'acme', name: 'Acme', purchaseEvents: ['Ticket Bought'] });
  const [, , , retention] = stageModelOf(workspace).stages;
  expect(JSON.stringify(retention)).toContain('Ticket Bought');
  expect(JSON.stringify(retention)).not.toContain('Order Completed');
});

test('a workspace may have no purchases, and may have its own stages', () => {
  const without = Workspace.parse({ id: 'acme', name: 'Acme', purchaseEvents: [] });
  expect(StageModel.safeParse(stageModelOf(without)).success).toBe(true);
  const own = StageModel.parse({
    id: 'own',
    label: { en: 'Own', ko: '자체' },
    stages: [{ id: 'all', label: { en: 'All', ko: '전체' }, entry: { all: [] } }],
  });
  expect(stageModelOf({ ...acme, stageModel: own })).toBe(own);
});
