import * as z from 'zod';
import { partition } from '../model/keys/table-keys.ts';
import { type ProfileStore } from '../profile/profile-store.ts';
import { type CustomerSummary, customerSummary } from '../profile/views/customer-view.ts';
import { readCursor, readLimit, writeCursor } from '../shared/http/paging.ts';
import { compact } from '../shared/records.ts';
import { type MembershipIndex } from './membership-index.ts';

/** Where members are read. */
export interface MemberSources {
  directory: Pick<MembershipIndex, 'members'>;
  profiles: Pick<ProfileStore, 'getMany'>;
}

/** The `zone`, `limit` and `cursor` of a request. */
type MemberQuery = Record<string, string | undefined>;

const Cursor = z.object({ list: z.int().min(0), after: z.string().optional() });

/**
 * Lists a page of members. The index may lag behind the profiles, so a customer who has left by its
 * profile is omitted.
 */
export async function listMembers(
  { directory, profiles }: MemberSources,
  { workspace, segment }: { workspace: string; segment: string },
  query: MemberQuery,
): Promise<{ items: CustomerSummary[]; nextCursor?: string }> {
  const place = query.cursor === undefined ? { list: 0 } : readCursor(query.cursor, Cursor);
  const page = { place, limit: readLimit(query.limit) };
  const { members, next } = await directory.members({ workspace, segment, zone: query.zone }, page);
  const stored = await profiles.getMany(members);
  const items = members.flatMap((member) => {
    const found = stored.get(partition(member));
    return found && Object.hasOwn(found.profile.segments, segment) ? [customerSummary(found.profile)] : [];
  });
  return { items, ...compact({ nextCursor: next && writeCursor(next) }) };
}
