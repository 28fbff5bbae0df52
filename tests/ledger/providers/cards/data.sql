CREATE DATABASE ledger_cards CHARACTER SET utf8mb4;
USE ledger_cards;
CREATE TABLE card (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    last_name VARCHAR(100), first_name VARCHAR(100),
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    modified_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
);
CREATE VIEW v AS SELECT * FROM card;
INSERT INTO card (last_name, first_name, created_at, modified_at) VALUES
    ('Okafor', 'Ada', '2026-01-02 03:04:05', '2026-01-03 04:05:06'),
    ('Lindqvist', 'Bo', '2026-01-02 03:04:05', '2026-01-02 03:04:05'),
    ('Marsh', 'Cleo', '2026-01-02 03:04:05', '2026-01-02 03:04:05');
