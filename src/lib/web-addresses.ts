/** What a mail program, or whoever copies it into a browser, may turn into a link: a name of a host or an IP address, whichever full stops it is written with. */
const webAddress = /:\/\/|\bwww\.|[\p{L}\p{M}\p{N}]\.[\p{L}\p{M}]{2,}|\b\d{1,3}(?:\.\d{1,3}){3}\b/iu;

/** Whether a text has what may be turned into a link. */
export const hasWebAddress = (text: string): boolean => webAddress.test(text.normalize('NFKC').replace(/\p{Cf}/gu, '').replaceAll('。', '.'));
