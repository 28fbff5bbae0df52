-- What the examinations office announces, and what people answer: posts that
-- name the post they answer. 30 threads, answers two levels deep. The same at
-- every run; loading this twice changes nothing.

SET NAMES utf8mb4;
CREATE DATABASE IF NOT EXISTS announcements CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE announcements;

CREATE TABLE IF NOT EXISTS post (
	post_id     INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	answers     INT UNSIGNED,          -- NULL: the first of a thread
	author      VARCHAR(100),
	subject     VARCHAR(255),
	body        MEDIUMTEXT,            -- HTML
	posted_at   TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
	modified_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
	KEY (posted_at),
	FOREIGN KEY (answers) REFERENCES post (post_id) ON DELETE CASCADE
);

CREATE OR REPLACE VIEW v_posts AS
SELECT p.post_id, p.answers, p.author, p.subject, p.body, p.posted_at, p.modified_at
FROM post p;

CREATE TEMPORARY TABLE made AS
WITH RECURSIVE n (no) AS (SELECT 1 UNION ALL SELECT no + 1 FROM n WHERE no < 30)
SELECT no, ELT(no % 6 + 1, 'Seats for the exams of January', 'Rückmeldung: Fristen', 'Lost: one blue folder',
		'New rules for calculators & phones', 'Résultats de l''examen', 'Server down on Saturday <22:00>') AS subject,
	'2026-09-07 07:30:00' + INTERVAL (no * 29) % 2000 HOUR AS at
FROM n
WHERE NOT EXISTS (SELECT 1 FROM post);

START TRANSACTION;
INSERT INTO post (post_id, answers, author, subject, body, posted_at, modified_at)
SELECT no * 10, NULL, ELT(no % 3 + 1, 'alice', 'bob', 'Examinations Office'), CONCAT(subject, ' (', no, ')'),
	CONCAT('<p>To whom it may concern: <b>', REPLACE(REPLACE(subject, '&', '&amp;'), '<', '&lt;'),
		'</b></p><p><a href="https://exams.example/news/', no, '">More about it</a></p>'), at, at
FROM made;
-- up to three answers each, and one to the first of them
INSERT INTO post (post_id, answers, author, subject, body, posted_at, modified_at)
SELECT m.no * 10 + k.no, m.no * 10, ELT((m.no + k.no) % 4 + 1, 'carol', 'bob', 'alice', 'Дмитрий Соколов'),
	CONCAT('Re: ', m.subject, ' (', m.no, ')'),
	ELT(k.no, '<p>Does that hold for <i>all</i> campuses?</p>', '<p>Danke schön! 👍</p>',
		'<blockquote>More about it</blockquote><p>The link needs a login.</p>'),
	m.at + INTERVAL k.no * 5 HOUR, m.at + INTERVAL k.no * 5 HOUR
FROM made m
JOIN (SELECT 1 AS no UNION SELECT 2 UNION SELECT 3) k ON k.no <= m.no % 4;
INSERT INTO post (post_id, answers, author, subject, body, posted_at, modified_at)
SELECT no * 10 + 9, no * 10 + 1, 'Examinations Office', CONCAT('Re: ', subject, ' (', no, ')'),
	'<p>Yes: Köln, Ithaca, पुणे, Sydney.</p>', at + INTERVAL 7 HOUR, at + INTERVAL 7 HOUR
FROM made
WHERE no % 4 >= 1;
COMMIT;

DROP TEMPORARY TABLE made;
