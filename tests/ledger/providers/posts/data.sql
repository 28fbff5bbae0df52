CREATE DATABASE ledger_posts CHARACTER SET utf8mb4;
USE ledger_posts;
CREATE TABLE post (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    parent INT UNSIGNED NULL, subject VARCHAR(200), body MEDIUMTEXT,
    importance INT, thread VARCHAR(38), categories TEXT
);
CREATE VIEW v AS SELECT * FROM post;
INSERT INTO post (id, parent, subject, body) VALUES
    (1, NULL, 'Opening hours', '<p>When?</p>'),
    (2, 1, 'Opening hours, an answer', '<p>From nine on.</p>'),
    (3, 2, 'AW: Opening hours', '<p>Thanks.</p>'),
    (4, NULL, 'Parking', '<p>Where?</p>');
