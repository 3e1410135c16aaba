/* uapi/ipc.h - endpoints and capabilities: words of the calls ipc_*, which Linux does not have. docs/ipc.md
 *
 * A handle is a number of the caller's table, at least 0, below 1 << IPC_HANDLE_BITS. It is worth nothing
 * elsewhere.
 */
#pragma once

/* What a capability allows. One without any does not exist. */
#define IPC_SEND      1  /* ipc_send(), ipc_call() */
#define IPC_RECEIVE   2  /* ipc_receive() */
#define IPC_GRANT     4  /* to be passed on in a message */
#define IPC_DUPLICATE 8  /* to be copied in its table, and over fork() */
#define IPC_REVOKE    16 /* ipc_revoke() */
#define IPC_RIGHTS    31 /* all of them */
#define IPC_KEEP      32 /* no right: stays in the table over execve(). For ipc_duplicate() */

#define IPC_HANDLE_BITS 24
#define IPC_HANDLE      ((1 << IPC_HANDLE_BITS) - 1)

/* What a message carries besides its words: a copy of one of the sender's capabilities, with these rights. */
#define IPC_NOTHING              0
#define IPC_GIFT(handle, rights) ((rights) << IPC_HANDLE_BITS | (handle))

/* What came. The result of a call that gets a message: */
#define IPC_WANTS_REPLY (1 << 24) /* the sender waits for ipc_reply() */
#define IPC_HAS_GIFT    (1 << 25) /* the low bits are the handle of a capability */
#define IPC_LOST_GIFT   (1 << 26) /* there was one, but no place for it, or it is revoked by now */
