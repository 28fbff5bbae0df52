-- A university's exams: courses, and their dates on four campuses. One date in
-- five is a series, told by RRULE (RFC 5545) in the time zone of the campus;
-- some instances are called off (except_on) or moved (rows of their own that
-- name their series). The same at every run; loading this twice changes nothing.

SET NAMES utf8mb4;
CREATE DATABASE IF NOT EXISTS exams CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE exams;

CREATE TABLE IF NOT EXISTS course (
	course_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	code      VARCHAR(20) NOT NULL UNIQUE,
	name      VARCHAR(100) NOT NULL,
	faculty   VARCHAR(60) NOT NULL
);

CREATE TABLE IF NOT EXISTS exam (
	exam_id     INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	course_id   INT UNSIGNED NOT NULL DEFAULT 1,  -- what people enter in Outlook: "general"
	title       VARCHAR(255),
	place       VARCHAR(255),
	notes       MEDIUMTEXT,                       -- HTML
	is_all_day  BOOLEAN NOT NULL DEFAULT FALSE,
	starts_at   DATETIME NOT NULL,                -- UTC; of a whole day its date, at 00:00
	ends_at     DATETIME,                         -- UTC; of a whole day 23:59 of the last one
	rrule       VARCHAR(500),                     -- NULL: takes place once
	except_on   TEXT,                             -- instances that do not: 20261208T080000Z,...
	zone        VARCHAR(64),                      -- where the rule counts its hours
	series_id   INT UNSIGNED,                     -- a moved instance: of which series,
	instance_at DATETIME,                         -- and when it was to be, UTC
	created_at  TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
	modified_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
	UNIQUE KEY (series_id, instance_at),
	KEY (starts_at),
	FOREIGN KEY (course_id) REFERENCES course (course_id),
	FOREIGN KEY (series_id) REFERENCES exam (exam_id) ON DELETE CASCADE
);

-- files of an exam, such as the plan of its seats
CREATE TABLE IF NOT EXISTS exam_file (
	exam_id    INT UNSIGNED NOT NULL,
	name       VARCHAR(128) NOT NULL,
	content    LONGBLOB NOT NULL,
	changed_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
	PRIMARY KEY (exam_id, name),
	FOREIGN KEY (exam_id) REFERENCES exam (exam_id) ON DELETE CASCADE
);

CREATE OR REPLACE VIEW v_exams AS
SELECT e.exam_id, e.course_id, e.title, e.place, e.notes, e.is_all_day, e.starts_at, e.ends_at,
	e.rrule, e.except_on, e.zone, e.series_id, e.instance_at, c.faculty, e.created_at,
	e.modified_at
FROM exam e
JOIN course c ON c.course_id = e.course_id;

INSERT INTO course (course_id, code, name, faculty)
SELECT * FROM (VALUES
	(1, 'GEN', 'Examinations Office', 'Administration'),
	(2, 'MA-101', 'Lineare Algebra I', 'Mathematics'),
	(3, 'MA-204', 'Größentheorie & Maße', 'Mathematics'),
	(4, 'CS-110', 'Algorithms and Data Structures', 'Computer Science'),
	(5, 'CS-333', 'Databases "in depth"', 'Computer Science'),
	(6, 'PH-120', 'Mécanique quantique', 'Physics'),
	(7, 'BI-210', 'Økologi', 'Biology'),
	(8, 'HI-150', 'Średniowiecze', 'History'),
	(9, 'LA-170', '日本語 II', 'Languages')
) AS v
WHERE NOT EXISTS (SELECT 1 FROM course);

-- A campus, its zone, and by how many minutes its clocks are ahead of UTC in
-- the winter of 2026 (in the south: summer) and from the change in spring 2027.
CREATE TEMPORARY TABLE campus (no INT PRIMARY KEY, hall VARCHAR(60), zone VARCHAR(64),
	ahead INT, changes_at DATETIME, ahead_then INT);
INSERT INTO campus VALUES
(0, 'Köln, Hörsaal B', 'Europe/Berlin', 60, '2027-03-28 02:00:00', 120),
(1, 'Ithaca, Hall 12', 'America/New_York', -300, '2027-03-14 02:00:00', -240),
(2, 'पुणे Campus, Room 7', 'Asia/Kolkata', 330, '9999-01-01 00:00:00', 330),
(3, 'Sydney, Quad S204', 'Australia/Sydney', 660, '2027-04-04 03:00:00', 600);

-- Series by their rule: first instance in local time, and how many days after
-- it an instance is skipped, another one behind the change of the clocks, and
-- one moved, by a day and an hour where that does not pass the next instance.
CREATE TEMPORARY TABLE pattern (no INT PRIMARY KEY, what VARCHAR(80), first_at DATETIME,
	minutes INT, rrule VARCHAR(200), skip INT, late_skip INT, move INT,
	move_hours INT DEFAULT 25);
INSERT INTO pattern (no, what, first_at, minutes, rrule, skip, late_skip, move) VALUES
(0, 'Exam hour', '2026-11-03 10:00:00', 60, 'FREQ=WEEKLY;BYDAY=TU;COUNT=26', 14, 161, 28),
(1, 'Resits, every second week', '2026-11-05 14:00:00', 90,
	'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=MO;UNTIL=20270630T235959Z', 12, 166, 14),
(2, 'Oral exams', '2026-11-16 09:30:00', 120, 'FREQ=MONTHLY;BYMONTHDAY=16;COUNT=9', 30, NULL, 61),
(3, 'Examination board', '2026-11-10 17:00:00', 90, 'FREQ=MONTHLY;BYDAY=2TU;COUNT=10', 63, NULL, 28),
(4, 'Entrance examination', '2027-02-18 08:00:00', 240, 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=18', NULL,
	NULL, NULL),
(5, 'Placement test', '2026-11-04 11:15:00', 45, 'FREQ=DAILY;INTERVAL=3;COUNT=12', 6, NULL, 9),
(6, 'Consultation before the exams', '2027-01-11 12:00:00', 30,
	'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270205T235959Z', 4, NULL, 8),
(7, 'Results on the board', '2026-11-06 00:00:00', NULL, 'FREQ=WEEKLY;BYDAY=FR;COUNT=22', 49, 140, 14),
(8, 'Marks are due', '2026-11-30 15:00:00', 30,
	'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=8', 31, NULL, NULL),
(9, 'State examination', '2026-11-26 09:00:00', 300, 'FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', NULL, NULL, NULL),
(10, 'Viewing of the papers', '2026-11-23 13:00:00', 60,
	'FREQ=MONTHLY;BYDAY=-2MO;COUNT=9', NULL, NULL, NULL),
(11, 'Laboratory exam', '2026-11-02 08:15:00', 105, 'FREQ=WEEKLY;BYDAY=MO', 49, 154, 21),
(12, 'Day of the registry', '2026-12-01 00:00:00', NULL, 'FREQ=MONTHLY;BYMONTHDAY=1', 31, NULL, NULL),
(13, 'Night watch of the planetarium', '2026-11-12 23:30:00', 90, 'FREQ=WEEKLY;INTERVAL=4;COUNT=7', 28,
	140, 56);
UPDATE pattern SET move_hours = 1 WHERE rrule LIKE '%MO,TU,WE,TH,FR;UNTIL%';

CREATE TEMPORARY TABLE series AS
SELECT (p.no * 4 + c.no + 1) * 5 AS exam_id, (p.no + c.no * 3) % 8 + 2 AS course_id, p.*, c.zone, c.hall,
	IF(p.minutes IS NULL, 0, c.ahead) AS ahead, IF(p.minutes IS NULL, 0, c.ahead_then) AS ahead_then,
	c.changes_at, p.first_at - INTERVAL IF(p.minutes IS NULL, 0, c.ahead) MINUTE AS starts_at
FROM pattern p
CROSS JOIN campus c
WHERE NOT EXISTS (SELECT 1 FROM exam);

START TRANSACTION;
INSERT INTO exam (exam_id, course_id, title, place, notes, is_all_day, starts_at, ends_at, rrule,
	except_on, zone, created_at, modified_at)
SELECT s.exam_id, s.course_id, CONCAT(c.code, ' ', s.what), s.hall,
	CONCAT('<p>', s.what, ' of <b>', REPLACE(c.name, '&', '&amp;'), '</b>, counted in ', s.zone, '.</p>'),
	s.minutes IS NULL, s.starts_at,
	IF(s.minutes IS NULL, s.starts_at + INTERVAL 1439 MINUTE, s.starts_at + INTERVAL s.minutes MINUTE),
	s.rrule,
	NULLIF(CONCAT_WS(',', DATE_FORMAT(s.starts_at + INTERVAL s.skip DAY, '%Y%m%dT%H%i%sZ'),
		DATE_FORMAT(s.starts_at + INTERVAL s.late_skip DAY
			+ INTERVAL IF(s.first_at + INTERVAL s.late_skip DAY < s.changes_at, 0,
				s.ahead - s.ahead_then) MINUTE, '%Y%m%dT%H%i%sZ')), ''),
	s.zone, '2026-09-01 08:00:00', '2026-09-01 08:00:00'
FROM series s
JOIN course c ON c.course_id = s.course_id;

-- moved, and into another room
INSERT INTO exam (exam_id, course_id, title, place, notes, is_all_day, starts_at, ends_at, zone,
	series_id, instance_at, created_at, modified_at)
SELECT 1000 + s.exam_id, s.course_id, CONCAT(c.code, ' ', s.what, ' (moved)'), 'Aula Größe XL',
	'<p>Later, <i>because of the fair</i>.</p>', s.minutes IS NULL,
	IF(s.minutes IS NULL, s.starts_at + INTERVAL s.move + 1 DAY,
		s.starts_at + INTERVAL s.move DAY + INTERVAL s.move_hours HOUR),
	IF(s.minutes IS NULL, s.starts_at + INTERVAL s.move + 1 DAY + INTERVAL 1439 MINUTE,
		s.starts_at + INTERVAL s.move DAY + INTERVAL s.move_hours * 60 + s.minutes MINUTE),
	s.zone, s.exam_id, s.starts_at + INTERVAL s.move DAY, '2026-10-01 08:00:00', '2026-10-01 08:00:00'
FROM series s
JOIN course c ON c.course_id = s.course_id
WHERE s.move IS NOT NULL;

-- written exams, each once; every 24th number a re-registration week of whole days
INSERT INTO exam (exam_id, course_id, title, place, notes, is_all_day, starts_at, ends_at,
	zone, created_at, modified_at)
WITH RECURSIVE n (no) AS (SELECT 1 UNION ALL SELECT no + 1 FROM n WHERE no < 300),
single AS (
	SELECT n.no, n.no % 24 = 7 AS is_week, n.no * 7 % 8 + 2 AS course_id, (n.no * 3) % 4 AS campus,
		'2026-11-02' + INTERVAL (n.no * 37) % 17 WEEK + INTERVAL n.no % 5 DAY
			+ INTERVAL 480 + (n.no * 15) % 540 MINUTE AS local_at
	FROM n
	WHERE n.no % 5 <> 0 AND NOT EXISTS (SELECT 1 FROM exam WHERE rrule IS NULL AND series_id IS NULL)
)
SELECT s.no, IF(s.is_week, 1, s.course_id),
	IF(s.is_week, 'Re-registration (Rückmeldung)', CONCAT(c.code, ' ', c.name)),
	IF(s.is_week, NULL, p.hall),
	CASE WHEN s.no % 4 = 1 THEN CONCAT('<p>Bring your <b>student card</b>. Allowed: a pen &amp; ',
			s.no % 3 + 1, ' sheets.</p><p>Viel Glück! 🍀</p>')
		WHEN s.no % 4 = 2 THEN CONCAT('<p><a href="https://exams.example/', s.no, '?lang=de&amp;p=1">',
			'Seats and rules</a></p>') END,
	s.is_week,
	IF(s.is_week, DATE(s.local_at), s.local_at - INTERVAL p.ahead MINUTE),
	IF(s.is_week, DATE(s.local_at) + INTERVAL 4 DAY + INTERVAL 1439 MINUTE,
		s.local_at - INTERVAL p.ahead MINUTE + INTERVAL 60 + s.no % 5 * 30 MINUTE),
	p.zone, '2026-09-01 08:00:00' + INTERVAL s.no HOUR, '2026-09-01 08:00:00' + INTERVAL s.no HOUR
FROM single s
JOIN course c ON c.course_id = s.course_id
JOIN campus p ON p.no = s.campus;
-- a plan of the seats for some of them
INSERT INTO exam_file (exam_id, name, content, changed_at)
SELECT e.exam_id, 'Sitzplan Größe A.txt',
	CONCAT(e.title, '\n', e.place, '\n', REPEAT('[ ][ ][x]  [ ][x][ ]\n', 10 + e.exam_id % 9)),
	'2026-10-01 08:00:00'
FROM exam e
WHERE e.exam_id % 10 = 3 AND e.place IS NOT NULL AND NOT EXISTS (SELECT 1 FROM exam_file);
COMMIT;

DROP TEMPORARY TABLE campus, pattern, series;
