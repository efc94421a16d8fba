// The first form of a project's database.
import type { Migration } from './index.ts'

export const first: Migration = {
  version: 1,
  sql: `
    -- id, name, created_at; revision grows with every change of what is listed
    CREATE TABLE project (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

    CREATE TABLE sources (
      id INTEGER PRIMARY KEY,
      folder TEXT NOT NULL UNIQUE,
      layout TEXT,
      watched INTEGER NOT NULL DEFAULT 0,
      scanned_at TEXT
    ) STRICT;

    CREATE TABLE classes (
      id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: runs and the history speak of them
      name TEXT NOT NULL UNIQUE,
      colour TEXT NOT NULL,
      hotkey TEXT UNIQUE,
      position INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE images (
      id INTEGER PRIMARY KEY AUTOINCREMENT, -- grows with every image that is added
      source INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
      path TEXT NOT NULL, -- relative to the source, forward slashes
      hash BLOB, -- SHA-256 of the file, null where it could not be read
      bytes INTEGER NOT NULL,
      modified_at INTEGER NOT NULL, -- milliseconds since 1970, of the file
      format TEXT NOT NULL,
      width INTEGER NOT NULL, -- upright; 0 where it could not be read
      height INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('present', 'missing', 'changed', 'unreadable')),
      problem TEXT,
      excluded INTEGER NOT NULL DEFAULT 0,
      class INTEGER REFERENCES classes (id),
      labelled_at TEXT,
      split TEXT CHECK (split IN ('train', 'validation', 'test')),
      told_class TEXT, -- what the source's layout said at the last scan: only what is new there becomes a label
      told_split TEXT,
      look BLOB, -- hash of what it looks like, for near-duplicates; null until computed
      look_group INTEGER, -- images that look nearly alike share it
      added_at TEXT NOT NULL,
      UNIQUE (source, path)
    ) STRICT;
    -- Few, because every label given changes those with class and labelled_at; services/images/query.ts names the ones it needs.
    CREATE INDEX images_by_path ON images (path, id) WHERE excluded = 0;
    CREATE INDEX images_by_class ON images (class, excluded);
    CREATE INDEX images_by_state ON images (state) WHERE excluded = 0 AND state <> 'present';
    CREATE INDEX images_by_hash ON images (hash, excluded);
    CREATE INDEX images_by_look ON images (look_group) WHERE look_group IS NOT NULL;
    CREATE INDEX images_by_label_time ON images (labelled_at, id) WHERE excluded = 0 AND labelled_at IS NOT NULL;

    -- Files that a scan passed over.
    CREATE TABLE skipped (
      source INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
      path TEXT NOT NULL,
      reason TEXT NOT NULL,
      PRIMARY KEY (source, path)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE suggestions (
      image INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
      class INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
      confidence REAL NOT NULL,
      usefulness REAL NOT NULL, -- larger = label it earlier
      others TEXT NOT NULL -- JSON: [[class, confidence], ...] by falling confidence, the first one included
    ) STRICT;
    CREATE INDEX suggestions_by_class ON suggestions (class, confidence);
    CREATE INDEX suggestions_by_confidence ON suggestions (confidence DESC, image, class);
    CREATE INDEX suggestions_by_usefulness ON suggestions (usefulness DESC, image, class);

    -- What people did, for undo and redo: an action and the values that it replaced.
    CREATE TABLE actions (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL,
      subject TEXT,
      images INTEGER NOT NULL,
      at TEXT NOT NULL,
      undone INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX actions_by_undone ON actions (undone, id);
    CREATE TABLE changes (
      action INTEGER NOT NULL REFERENCES actions (id) ON DELETE CASCADE,
      subject TEXT NOT NULL CHECK (subject IN ('label', 'split', 'excluded', 'state', 'class')),
      row INTEGER NOT NULL, -- id of the image, or of the class
      before ANY, -- label: class id; split, state: its name; excluded: 0 or 1; class: the row as JSON; null = none
      after ANY,
      before_at TEXT, -- label: when the one before was given
      PRIMARY KEY (action, subject, row)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE runs (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      config TEXT NOT NULL, -- JSON, as given
      state TEXT NOT NULL,
      position INTEGER, -- in the queue
      created_at TEXT NOT NULL,
      started_at TEXT,
      ended_at TEXT,
      progress TEXT NOT NULL, -- JSON
      result TEXT, -- JSON
      error TEXT -- JSON
    ) STRICT, WITHOUT ROWID;
  `,
}
