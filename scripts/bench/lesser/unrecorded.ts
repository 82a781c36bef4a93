/** Stands in for the files of records (state/files.ts): there are none. */
import type * as Files from '../../../agent/state/files.ts';

export const replaceFile: typeof Files.replaceFile = () => undefined;
export const removeFile: typeof Files.removeFile = () => undefined;
