// The secrets of the tests. Known to everybody, and of use nowhere else.

/** The keys of tests/corpus: the first mints, the second is retired. */
export const TOKEN_KEYS = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE,AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";

export const OWNER_KEY = "owner_known_to_everybody_and_of_use_nowhere_else_";
