import * as z from 'zod';
import file from './prices.json' with { type: 'json' };

const PriceFile = z.object({
  date: z.string(),
  prices: z.record(z.string(), z.object({ usd: z.number(), source: z.url() })),
});

/** Usage of a path. Fields are counts, except those in gigabytes or gigabyte-seconds. */
export interface Bill {
  httpApiRequest?: number;
  cloudFrontRequest?: number;
  cloudFrontFunction?: number;
  cloudFrontGigabyteOut?: number;
  lambdaRequest?: number;
  lambdaGigabyteSecondArm?: number;
  dynamoWriteUnit?: number;
  dynamoReadUnit?: number;
  dynamoExportGigabyte?: number;
  busEvent?: number;
  stateTransition?: number;
  logGigabyte?: number;
  xrayTrace?: number;
  email?: number;
  push?: number;
  schedule?: number;
}

const { prices, date } = PriceFile.parse(file);

/** Date of the prices. */
export const pricesDate = date;

/** Returns the parts of a bill in US dollars, the largest first. */
export function billPartsOf(bill: Bill): [string, number][] {
  const parts = Object.entries(bill).map(([part, n]: [string, number]): [string, number] => {
    const price = prices[part];
    if (!price) throw new Error(`no price for ${part}`);
    return [part, n * price.usd];
  });
  return parts.sort(([, a], [, b]) => b - a);
}

/** Returns the sum of a bill in US dollars. */
export function priceBill(bill: Bill): number {
  return billPartsOf(bill).reduce((sum, [, dollars]) => sum + dollars, 0);
}
