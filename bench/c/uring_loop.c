/* The limit of what io_uring can do, by system calls alone: see limit.h. An entry per listener is
 * kept ready and copied into the ring; files are registered; only failures come back.
 */
#include "limit.h"

#include <linux/io_uring.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { ENTRIES = 4096, COMPLETIONS = 16384 };

static struct io_uring_sqe **prepared, *entries; /* by group and place */
static struct io_uring_cqe *completions;
static unsigned *tail, *done_head, *done_tail, mask, done_mask;
static int ring;

static void map_rings(const struct io_uring_params *made) {
    size_t asked = made->sq_off.array + made->sq_entries * sizeof(unsigned);
    size_t done = made->cq_off.cqes + made->cq_entries * sizeof(struct io_uring_cqe);
    int may = PROT_READ | PROT_WRITE, how = MAP_SHARED | MAP_POPULATE;
    char *both = mmap(NULL, asked > done ? asked : done, may, how, ring, IORING_OFF_SQ_RING);
    entries = mmap(NULL, made->sq_entries * sizeof *entries, may, how, ring, IORING_OFF_SQES);
    if (both == MAP_FAILED || (void *)entries == MAP_FAILED) fail("mmap");
    tail = (unsigned *)(both + made->sq_off.tail);
    mask = *(unsigned *)(both + made->sq_off.ring_mask);
    done_head = (unsigned *)(both + made->cq_off.head);
    done_tail = (unsigned *)(both + made->cq_off.tail);
    done_mask = *(unsigned *)(both + made->cq_off.ring_mask);
    completions = (struct io_uring_cqe *)(both + made->cq_off.cqes);
    unsigned *order = (unsigned *)(both + made->sq_off.array);
    for (unsigned i = 0; i < made->sq_entries; i++) order[i] = i;
}

static void prepare(void) {
    struct io_uring_params wish = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE,
        .cq_entries = COMPLETIONS};
    struct io_uring_rsrc_register empty = {.nr = (unsigned)files,
                                           .flags = IORING_RSRC_REGISTER_SPARSE};
    ring = (int)syscall(SYS_io_uring_setup, ENTRIES, &wish);
    if (ring < 0) fail("io_uring_setup");
    map_rings(&wish);
    if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES2, &empty, sizeof empty) < 0)
        fail("io_uring_register");
    prepared = must(calloc((size_t)group_count, sizeof *prepared));
    for (int g = 0; g < group_count; g++)
        prepared[g] = must(calloc((size_t)files, sizeof **prepared));
}

static void put_file(int slot, int file) {
    struct io_uring_files_update one = {.offset = (unsigned)slot, .fds = (uint64_t)(uintptr_t)&file};
    if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES_UPDATE, &one, 1) < 0)
        fail("io_uring_register");
}

static void admit(int ear) {
    put_file(ear, ear);
    prepared[places[ear].group][places[ear].at] = (struct io_uring_sqe){
        .opcode = IORING_OP_SEND,
        .flags = IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS,
        .fd = ear,
        .addr = (uint64_t)(uintptr_t)chunk,
        .len = (unsigned)chunk_size,
        .msg_flags = MSG_NOSIGNAL | MSG_DONTWAIT | MSG_WAITALL,
        .user_data = (uint64_t)ear};
}

static void dismiss(int ear, int group, int at, int last) {
    prepared[group][at] = prepared[group][last];
    put_file(ear, -1);
}

static void take_failures(void) {
    unsigned at = *done_head, end = __atomic_load_n(done_tail, __ATOMIC_ACQUIRE);
    for (; at != end; at++)
        if (completions[at & done_mask].res != (int)chunk_size) shorts++;
    __atomic_store_n(done_head, at, __ATOMIC_RELEASE);
}

static void send_to_all(int group) {
    int count = groups[group].count;
    for (int at = 0; at < count;) {
        unsigned batch = (unsigned)(count - at < ENTRIES ? count - at : ENTRIES), begin = *tail;
        for (unsigned i = 0; i < batch; i++) entries[(begin + i) & mask] = prepared[group][at + (int)i];
        __atomic_store_n(tail, begin + batch, __ATOMIC_RELEASE);
        long took = syscall(SYS_io_uring_enter, ring, batch, 0, IORING_ENTER_GETEVENTS, NULL, 0);
        if (took != (long)batch) fail("io_uring_enter");
        take_failures();
        at += (int)batch;
    }
    sends += count;
}
