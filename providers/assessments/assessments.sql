-- What lecturers still have to mark: each assessment is a task of one of them,
-- with a link to the web application where the marks are entered. Lecturers are
-- known by their logins; [users] of owsd.ini may name their table, so that Outlook
-- shows persons. The same at every run; loading this twice changes nothing.

SET NAMES utf8mb4;
CREATE DATABASE IF NOT EXISTS assessments CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE assessments;

CREATE TABLE IF NOT EXISTS lecturer (
	login       VARCHAR(60) NOT NULL PRIMARY KEY,
	lecturer_id INT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE,
	name        VARCHAR(100) NOT NULL,
	mail        VARCHAR(100) UNIQUE,
	chair       VARCHAR(100)
);

CREATE TABLE IF NOT EXISTS assessment (
	assessment_id   INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	lecturer        VARCHAR(60),
	title           VARCHAR(255),
	instructions    MEDIUMTEXT,                      -- HTML
	module          VARCHAR(60),
	opens_on        DATE,
	due_on          DATE,
	state           TINYINT NOT NULL DEFAULT 0,      -- 0 open 1 begun 2 marked 3 postponed 4 asked back
	urgency         ENUM('high', 'normal', 'low') NOT NULL DEFAULT 'normal',
	share_done      DECIMAL(3,2) NOT NULL DEFAULT 0, -- of the papers, 0 to 1
	minutes_worked  INT UNSIGNED,
	minutes_planned INT UNSIGNED,
	marked_on       DATE,
	created_at      TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
	modified_at     TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
	KEY (lecturer, due_on),
	FOREIGN KEY (lecturer) REFERENCES lecturer (login),
	CHECK (share_done BETWEEN 0 AND 1)
);

CREATE OR REPLACE VIEW v_assessments AS
SELECT a.assessment_id, a.lecturer, a.title, a.instructions, a.module, a.opens_on, a.due_on, a.state,
	a.urgency, a.share_done, a.minutes_worked, a.minutes_planned, a.marked_on, a.created_at,
	a.modified_at
FROM assessment a;

INSERT INTO lecturer (login, name, mail, chair)
SELECT * FROM (VALUES
	('alice', 'Alice Ångström', 'alice@example.com', 'Algebra'),
	('bob', 'Bob O''Brien', 'bob@example.com', 'Databases'),
	('carol', 'Carol Größer', 'carol@example.com', 'Quantum Physics'),
	('dmitri', 'Дмитрий Соколов', 'dmitri@example.com', 'Mediæval History')
) AS v
WHERE NOT EXISTS (SELECT 1 FROM lecturer);

INSERT INTO assessment (assessment_id, lecturer, title, instructions, module, opens_on, due_on, state,
	urgency, share_done, minutes_worked, minutes_planned, marked_on, created_at, modified_at)
WITH RECURSIVE n (no) AS (SELECT 1 UNION ALL SELECT no + 1 FROM n WHERE no < 160),
work AS (
	SELECT no,
		IF(no % 40 = 39, NULL, ELT(no % 4 + 1, 'alice', 'bob', 'carol', 'dmitri')) AS lecturer,
		ELT(no % 4 + 1, 'Lineare Algebra I', 'Databases "in depth"', 'Mécanique quantique',
			'Średniowiecze') AS module,
		ELT((no * 3) % 5 + 1, 'Written exam', 'Seminar paper', 'Lab <report> & log', 'Übungsblatt',
			'Oral exam') AS what,
		(no * 7) % 5 AS state, 12 + (no * 11) % 60 AS papers,
		'2026-10-05' + INTERVAL (no * 13) % 120 DAY AS opens_on
	FROM n
)
SELECT no, lecturer, CONCAT('Mark: ', what, ' ', LPAD(no, 3, '0'), ', ', module),
	CONCAT('<p>', papers, ' papers of <b>', module, '</b>.</p><p><a href="https://marks.example/assess?no=',
		no, '&amp;module=', no % 4 + 1, '">Enter the marks</a></p>',
		IF(no % 10 = 0, '<ul><li>second marker: yes</li><li>Frist: 4 Wochen ⏳</li></ul>', '')),
	module, IF(no % 12 = 5, NULL, opens_on), IF(no % 12 = 11, NULL, opens_on + INTERVAL 28 DAY), state,
	ELT(no % 3 + 1, 'normal', 'high', 'low'),
	ELT(state + 1, 0, (no % 9 + 1) / 10, 1, 0.25, 0.5),
	IF(state = 0, NULL, papers * 6), papers * 15,
	IF(state = 2, opens_on + INTERVAL no % 28 DAY, NULL),
	'2026-10-01 06:00:00' + INTERVAL no HOUR, '2026-10-01 06:00:00' + INTERVAL no HOUR
FROM work
WHERE NOT EXISTS (SELECT 1 FROM assessment);
