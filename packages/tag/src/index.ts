export type { Ending, News } from './news.ts'
export type { ItemOptions, TagOptions } from './options.ts'
export { createTag, type Tag } from './tag.ts'
