// The engine: a plain Node process that does one job for the application and can be killed at any moment.
import { serveJobs } from './host.ts'
import { jobs } from './jobs/index.ts'

serveJobs(jobs)
