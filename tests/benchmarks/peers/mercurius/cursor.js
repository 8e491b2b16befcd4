// "2025-08-13|uuid": the last item seen; without one, before everything.
export function readCursor(cursor) {
  return cursor ? cursor.split("|") : ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"];
}
