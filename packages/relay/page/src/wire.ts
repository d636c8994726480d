/** What the relay tells this page, as its own types say it. */
export type { Frame, LaneLine, LetterLine, LetterPage, LetterView, Sample, Status } from '@wmkt/relay'
