// The engine: a plain Node process that does jobs for the application, one at a time, and can be killed at any moment.
import { serveJobs } from './host.ts'
import { jobs } from './jobs/index.ts'

serveJobs(jobs)
