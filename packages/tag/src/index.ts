export type { Ending, ItemNews } from './ending.ts'
export type { ItemOptions, TagOptions } from './options.ts'
export { createTag, type Tag } from './tag.ts'
