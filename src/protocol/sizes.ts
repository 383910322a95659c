/* The sizes that everything else follows from, in bytes. Without imports: the editor's pages need them too. */

/** The U32 code in front of every body. */
export const CODE_SIZE = 4;

/** The AppEndpoint's longest payload, `MAX_APP_PAYLOAD_SIZE` (documented); used for the AMM too, which documents none. */
export const MAX_APP_PAYLOAD_SIZE = 4084;

/** The longest body of a message: what a payload can hold besides the code. */
export const MAX_BODY = MAX_APP_PAYLOAD_SIZE - CODE_SIZE;
