/**
 * How the hub's process is started. V8 grows its heap as long as there is room; the hub needs about 100 MB of it at 20,000 resources and
 * 100,000 posts, and is to live beside others on a small machine.
 */
export const flags = ['--max-old-space-size=192', '--max-semi-space-size=4'];

/**
 * Native code (SQLite, compression) asks for memory from two pools instead of one per thread: fewer holes. Pieces from 32 KB up lie outside the
 * pools and go back to the system at once; such are pages that are kept a while, and the 30 MB V8 needs for moments when it compiles a large function.
 */
export const environment = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '32768' };
