/**
 * Deletes links without holding anybody up: one DELLINK waits 12-28 ms in rcu_barrier, a group of them no
 * longer. What is asked for while one group is being deleted makes up the next.
 */
import { deleteLinkGroup, setLinkGroup } from '../netlink/codec/link.ts';
import { NLM_F, NLMSG, RTM, RTMGRP_LINK } from '../netlink/constants.ts';
import { encodeMessage, splitMessages } from '../netlink/message.ts';
import {
  bindNetlink,
  close,
  errnoName,
  MSG_DONTWAIT,
  pollReadableAsync,
  receive,
  sendAsync,
} from '../netlink/sys/libc.ts';
import type { PlaceHandle } from './place.ts';

/** Longer groups hold the rtnl lock noticeably. */
const largestGroup = 64;
/** IFLA_GROUP of links that are to go; "mv" in the upper half, so that no operator uses it. */
const groupBase = 0x6d760000;
const patience = 10_000;

interface Job {
  index: number;
  noticed: PromiseWithResolvers<void>;
  finished: PromiseWithResolvers<void>;
}

/** A delete under way: `noticed` when the link is gone for everybody, `finished` when the kernel has done with it. */
export interface Deletion {
  noticed: Promise<void>;
  finished: Promise<void>;
}

const buffer = Buffer.allocUnsafe(64 * 1024);

export class DeleteQueue {
  readonly #handle: PlaceHandle;
  #waiting: Job[] = [];
  #running = false;
  #group = 0;

  constructor(handle: PlaceHandle) {
    this.#handle = handle;
  }

  delete(index: number): Deletion {
    const job: Job = { index, noticed: Promise.withResolvers(), finished: Promise.withResolvers() };
    // Whoever waits for one of the two hears of an error; the other must not be an unhandled rejection.
    job.finished.promise.catch(() => {});
    job.noticed.promise.catch(() => {});
    this.#waiting.push(job);
    if (!this.#running) {
      this.#running = true;
      // Not at once: what arrives in this turn of the event loop goes along.
      queueMicrotask(() => void this.#run());
    }
    return { noticed: job.noticed.promise, finished: job.finished.promise };
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const jobs = this.#waiting.splice(0, largestGroup);
      try {
        await this.#deleteGroup(jobs);
        for (const { noticed, finished } of jobs) {
          noticed.resolve();
          finished.resolve();
        }
      } catch (error) {
        for (const { noticed, finished } of jobs) {
          noticed.reject(error);
          finished.reject(error);
        }
      }
    }
    this.#running = false;
  }

  async #deleteGroup(jobs: readonly Job[]): Promise<void> {
    this.#group = (this.#group + 1) & 0xffff;
    const group = groupBase | this.#group;
    const outcomes = this.#handle.socket.transact(jobs.map(({ index }) => setLinkGroup(index, group)));
    const there = jobs.filter((job, i) => {
      const { errno } = outcomes[i]!;
      if (errno === 0) return true;
      // Gone with the pod's namespace.
      if (errnoName(errno) === 'ENODEV') return false;
      throw new Error(`cannot delete interface #${job.index}: ${errnoName(errno)}`);
    });
    if (there.length === 0) return;
    const fd = this.#handle.openDescriptor();
    const monitor = this.#handle.openDescriptor();
    try {
      bindNetlink(monitor, RTMGRP_LINK);
      const request = encodeMessage(deleteLinkGroup(group), 1, NLM_F.REQUEST | NLM_F.ACK);
      let sending = true;
      const sent = sendAsync(fd, request).finally(() => {
        sending = false;
      });
      const open = new Map(there.map((job) => [job.index, job]));
      const deadline = Date.now() + patience;
      while (sending && open.size > 0 && Date.now() < deadline) {
        if (await pollReadableAsync(monitor, 50)) settleNoticed(monitor, open);
      }
      await sent;
      checkAnswer(fd);
    } finally {
      close(fd);
      close(monitor);
    }
  }
}

/** Resolves the jobs whose RTM_DELLINK has come. */
function settleNoticed(monitor: number, open: Map<number, Job>): void {
  for (;;) {
    let length: number;
    try {
      length = receive(monitor, buffer, MSG_DONTWAIT);
    } catch {
      // ENOBUFS: notices were lost; the acknowledgement of the whole group still comes.
      return;
    }
    if (length < 0) return;
    for (const { type, body } of splitMessages(buffer.subarray(0, length))) {
      if (type !== RTM.DELLINK) continue;
      const index = body.readInt32LE(4);
      open.get(index)?.noticed.resolve();
      open.delete(index);
    }
  }
}

function checkAnswer(fd: number): void {
  const length = receive(fd, buffer);
  for (const { type, body } of splitMessages(buffer.subarray(0, Math.max(length, 0)))) {
    const errno = type === NLMSG.ERROR ? -body.readInt32LE(0) : 0;
    // ENODEV: the group emptied itself meanwhile, its pods' namespaces being gone.
    if (errno > 0 && errnoName(errno) !== 'ENODEV')
      throw new Error(`cannot delete a group of interfaces: ${errnoName(errno)}`);
  }
}
