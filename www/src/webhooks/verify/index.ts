// Code that verifies a message, as a receiver may take it: docs/webhooks.md has the same, and tests/page/verify.test.mjs runs it.

import javascript from "./verify.mjs?raw";
import php from "./verify.php?raw";
import python from "./verify.py?raw";
import ruby from "./verify.rb?raw";

export const VERIFIERS = { JavaScript: javascript, Python: python, Ruby: ruby, PHP: php };
export type VerifierLanguage = keyof typeof VERIFIERS;
