/** The annotation of a pod: attachments in canonical form, or a refusal that quotes what is wrong. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { parseAttach } from '../../../agent/api/annotation.ts';
import { attachAnnotation } from '../../../common/cni.ts';
import { CniCode, type CniError } from '../../../common/errors.ts';
import { mustBeRefusal } from '../cni-error.ts';
import { mutatedJson } from '../mutate/json.ts';
import { mutatedText } from '../mutate/text.ts';
import { annotationLists, annotations } from '../originals/annotations.ts';
import { must, type Target } from '../target.ts';

const pieces = [
  'customer-a',
  '192.0.2.2/24',
  '2001:db8::2/64',
  '/32',
  '::',
  '0.0.0.0',
  '[{"vrf":"a"}]',
  '{',
  '"',
  '\\',
];

function run(value: string): void {
  let attachments: ReturnType<typeof parseAttach>;
  try {
    attachments = parseAttach(value);
  } catch (error) {
    mustBeRefusal(error, CniCode.invalidConfig);
    const { message, details } = error as CniError;
    must(message.startsWith(`annotation ${attachAnnotation}: `), `the annotation is not named: ${message}`);
    must(details !== undefined, `nothing says what would be right: ${message}`);
    return;
  }
  must(attachments.length > 0 && attachments.length <= 16, `${attachments.length} attachments`);
  const again = parseAttach(JSON.stringify(attachments));
  must(isDeepStrictEqual(again, attachments), `not canonical: ${JSON.stringify(attachments)}`);
}

export async function open(): Promise<Target<string>> {
  const input = fc.oneof(
    mutatedText(annotations, pieces),
    mutatedText(
      annotationLists.map((list) => JSON.stringify(list)),
      pieces,
    ),
    mutatedJson(annotationLists),
  );
  return { input, run };
}
