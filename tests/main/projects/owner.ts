// A process that opens a database, commits once, says so, and stays.
import { Database } from '../../../src/main/storage/database.ts'

const db = new Database(process.argv[2] ?? '')
db.transaction(() => db.run("INSERT INTO classes (name, colour, position) VALUES ('theirs', '#000000', 0)"))
process.send?.('ready')
setInterval(() => db.present, 1000)
