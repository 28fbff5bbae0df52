-- The personnel department's table and the part of it that everybody may see:
-- 60 invented colleagues. The key is text. Loading this twice changes nothing.

SET NAMES utf8mb4;
CREATE DATABASE IF NOT EXISTS staff CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE staff;

CREATE TABLE IF NOT EXISTS employee (
	badge       CHAR(6) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
	first_name  VARCHAR(60) NOT NULL,
	last_name   VARCHAR(80) NOT NULL,
	job_title   VARCHAR(100),
	department  VARCHAR(60),
	room        VARCHAR(20),
	boss        CHAR(6) CHARACTER SET ascii COLLATE ascii_bin,
	phone       VARCHAR(40),
	mobile      VARCHAR(40),
	salary      DECIMAL(10,2),           -- nobody's business: not in the view
	left_on     DATE,
	modified_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
);

CREATE OR REPLACE VIEW v_directory AS
SELECT e.badge, e.first_name, e.last_name, CONCAT(e.first_name, ' ', e.last_name) AS full_name,
	'AdventureWorks' AS company, e.job_title, e.department, e.room,
	CONCAT(b.first_name, ' ', b.last_name) AS manager,
	CONCAT(LOWER(e.badge), '@example.com') AS email, e.phone, e.mobile, e.modified_at
FROM employee e
LEFT JOIN employee b ON b.badge = e.boss
WHERE e.left_on IS NULL;

INSERT INTO employee (badge, first_name, last_name, job_title, department, room, boss, phone,
	mobile, salary, left_on, modified_at)
WITH RECURSIVE n (no) AS (SELECT 1 UNION ALL SELECT no + 1 FROM n WHERE no < 63)
SELECT CONCAT('AW', LPAD(no, 4, '0')),
	ELT(no % 13 + 1, 'Ágnes', 'Boris', 'Çelik', 'Dörte', 'Erik', 'Fátima', 'Grażyna', 'Henrik',
		'Ivana', 'Jiří', 'Kirsten', 'Loïc', 'Μαρία'),
	ELT((no * 5) % 17 + 1, 'Arendt', 'Bělohlávek', 'Castaño', 'Duval', 'Ende', 'Fält', 'Götz',
		'Hansson', 'Iversen', 'Jäger', 'Kühn', 'López', 'Mørk', 'Nyström', 'Ozols', 'Peña',
		'Ritter'),
	IF(no % 10 = 1, 'Head of Department', ELT(no % 4 + 1, 'Clerk', 'Designer', 'Engineer',
		'Planner')),
	ELT((no - 1) DIV 10 % 6 + 1, 'Sales', 'Design', 'Production', 'Finance', 'Personnel', 'IT'),
	CONCAT((no - 1) DIV 10 + 1, '.', LPAD(no, 2, '0')),
	IF(no % 10 = 1, IF(no = 1, NULL, 'AW0001'), CONCAT('AW', LPAD((no - 1) DIV 10 * 10 + 1, 4, '0'))),
	CONCAT('+999 1 555-', 2000 + no), IF(no % 3 = 0, CONCAT('+999 171 ', 500000 + no), NULL),
	3000 + (no * 137) % 2500, IF(no % 21 = 0, '2025-06-30', NULL),
	'2025-01-07 09:00:00' + INTERVAL no DAY
FROM n
WHERE NOT EXISTS (SELECT 1 FROM employee);
