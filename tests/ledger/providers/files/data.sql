CREATE DATABASE ledger_files CHARACTER SET utf8mb4;
USE ledger_files;
CREATE TABLE file (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    title VARCHAR(200), name VARCHAR(128) NOT NULL, folder VARCHAR(255) NOT NULL DEFAULT '',
    content LONGBLOB, author VARCHAR(64), holder VARCHAR(64),
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    modified_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
);
CREATE VIEW v AS SELECT * FROM file;
INSERT INTO file (title, name, folder, content, author, holder) VALUES
    ('Notes', 'notes.txt', '', 'first line\nsecond line\n', 'alice', NULL),
    ('Plan', 'plan & 100 # of it.txt', 'year/spring', REPEAT('plan ', 1000), 'bob', 'carol'),
    ('Nothing', 'empty.bin', 'year', '', 'bob', NULL);
