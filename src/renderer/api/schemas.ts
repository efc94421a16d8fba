// To be imported before any schema is made: the page's policy allows no code made of text, so schemas are interpreted.
import { config } from 'zod'

config({ jitless: true })
