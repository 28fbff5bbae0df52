-- 420 invented people, the same at every run: names are picked by arithmetic
-- from short tables, and every so many people lack something, as real ones do.

SET NAMES utf8mb4;
USE adventureworks;

CREATE TEMPORARY TABLE first_name (no INT PRIMARY KEY, name VARCHAR(60));
INSERT INTO first_name VALUES
(0,'Anna'),(1,'Ben'),(2,'Chloé'),(3,'Dmitri'),(4,'Élodie'),(5,'Frank'),(6,'Gülay'),(7,'Håkon'),
(8,'Inés'),(9,'Jürgen'),(10,'Katarzyna'),(11,'Liam'),(12,'Maja'),(13,'Noël'),(14,'Olga'),
(15,'Pedro'),(16,'Quentin'),(17,'Renée'),(18,'Søren'),(19,'Tomáš'),(20,'Ursula'),(21,'Václav'),
(22,'Wiebke'),(23,'Ximena'),(24,'Yusuf'),(25,'Zoë'),(26,'Łukasz'),(27,'Þórdís'),(28,'Γιώργος'),
(29,'Наталья'),(30,'太郎'),(31,'Ayşe'),(32,'Bjørn'),(33,'Cäcilie'),(34,'Đorđe'),(35,'Emma'),
(36,'François');

CREATE TEMPORARY TABLE last_name (no INT PRIMARY KEY, name VARCHAR(60));
INSERT INTO last_name VALUES
(0,'Abel'),(1,'Müller'),(2,'Ångström'),(3,'O''Brien'),(4,'Dvořák'),(5,'Ekström'),(6,'Fernández'),
(7,'García'),(8,'Høgh'),(9,'Ionescu'),(10,'Jönsson'),(11,'Kowalczyk'),(12,'Le Goff'),
(13,'Márquez'),(14,'Nowak'),(15,'Öztürk'),(16,'Petrović'),(17,'Quist'),(18,'Rößler'),
(19,'Šimek'),(20,'Thorsen'),(21,'Ulrich'),(22,'van den Berg'),(23,'Weiß'),(24,'Xanthos'),
(25,'Ytterberg'),(26,'Żak'),(27,'Παπάς'),(28,'Иванова'),(29,'𠮷田'),(30,'Smith-Jones'),
(31,'D''Angelo'),(32,'Ćosić'),(33,'Grün & Söhne'),(34,'Lindqvist'),(35,'Moreau'),(36,'Nagy'),
(37,'Oliveira'),(38,'Pereira'),(39,'Rahman'),(40,'Sørensen');

CREATE TEMPORARY TABLE place (no INT PRIMARY KEY, city VARCHAR(80), state VARCHAR(80),
	zip VARCHAR(20), country VARCHAR(60), dial VARCHAR(10));
INSERT INTO place VALUES
(0,'Köln','Nordrhein-Westfalen','50667','Deutschland','+49 221'),
(1,'Seattle','Washington','98101','United States','+1 206'),
(2,'Århus',NULL,'8000','Danmark','+45 86'),
(3,'Łódź','Łódzkie','90-001','Polska','+48 42'),
(4,'São Paulo','SP','01000-000','Brasil','+55 11'),
(5,'Bothell','Washington','98011','United States','+1 425'),
(6,'Genève','GE','1201','Suisse','+41 22'),
(7,'Αθήνα',NULL,'105 57','Ελλάδα','+30 21'),
(8,'Málaga','Andalucía','29001','España','+34 95'),
(9,'京都','京都府','600-8000','日本','+81 75'),
(10,'Reading','Berkshire','RG1 1AA','United Kingdom','+44 118');

CREATE TEMPORARY TABLE shop (no INT PRIMARY KEY, name VARCHAR(100), domain VARCHAR(60));
INSERT INTO shop VALUES
(0,'Two Wheels & More','twowheels.example'),(1,'Bergauf GmbH','bergauf.example'),
(2,'Vélo Ville S.A.','veloville.example'),(3,'Gears "R" Here','gears.example'),
(4,'Fjord Cykler A/S','fjord.example'),(5,'Metropolitan Sports Supply','metro.example'),
(6,'Trail <Blazers> Ltd','trail.example'),(7,'自転車の店','jitensha.example'),
(8,'Kettenreaktion','ketten.example'),(9,'Ruedas del Sur','ruedas.example'),
(10,'Downhill Depot','depot.example'),(11,'Rad & Tat e. K.','radundtat.example'),
(12,'Spokesperson Inc.','spokes.example');

CREATE TEMPORARY TABLE job (no INT PRIMARY KEY, title VARCHAR(100), department VARCHAR(60));
INSERT INTO job VALUES
(0,'Owner',NULL),(1,'Purchasing Manager','Purchasing'),(2,'Buyer','Purchasing'),
(3,'Accountant','Finance'),(4,'Mechanic','Workshop'),(5,'Store Manager','Retail'),
(6,'Sales Assistant','Retail');

-- who is made here; the tables get him below, unless there are people already
CREATE TEMPORARY TABLE made AS
WITH RECURSIVE n (no) AS (SELECT 1 UNION ALL SELECT no + 1 FROM n WHERE no < 420)
SELECT n.no, f.name AS first_name, l.name AS last_name, s.name AS company, s.domain,
	j.title, j.department, p.city, p.state, p.zip, p.country, p.dial,
	(n.no * 7919) % 9000 + 1000 AS digits,
	'2024-01-01 08:00:00' + INTERVAL (n.no * 1861) % 900000 MINUTE AS since
FROM n
JOIN first_name f ON f.no = (n.no * 5) % 37
JOIN last_name l ON l.no = (n.no * 3) % 41
JOIN place p ON p.no = (n.no * 2) % 11
JOIN shop s ON s.no = n.no % 13
JOIN job j ON j.no = (n.no DIV 3) % 7
WHERE NOT EXISTS (SELECT 1 FROM person);

START TRANSACTION;
INSERT INTO person (person_id, courtesy_title, first_name, middle_name, last_name, suffix,
	nickname, company, job_title, department, profession, birthday, web_page, notes, tags,
	created_at, modified_at)
SELECT no, IF(no % 9 = 0, 'Dr.', NULL), IF(no % 61 = 0, NULL, first_name),
	IF(no % 6 = 0, SUBSTRING('ABCDEFGHJKLM', no % 12 + 1, 1), NULL), last_name,
	IF(no % 47 = 0, 'Jr.', NULL), IF(no % 8 = 0, LEFT(first_name, 3), NULL),
	IF(no % 17 = 0, NULL, company), IF(no % 10 = 0, NULL, title), department,
	IF(no % 14 = 0, 'Engineer', NULL),
	IF(no % 4 = 0, '1955-02-28' + INTERVAL (no * 53) % 16000 DAY, NULL),
	IF(no % 3 = 0, CONCAT('https://www.', domain, '/'), NULL),
	CASE WHEN no % 20 = 0 THEN CONCAT('Met at the fair.\nAsked for <', no, '> bells & tyres. 🚲')
		WHEN no % 7 = 0 THEN 'Prefers e-mail' END,
	IF(no % 5 = 0, 'Dealer; VIP', IF(no % 5 = 1, 'Dealer', NULL)), since, since
FROM made;
INSERT INTO email (person_id, email, email2, email3, modified_at)
SELECT no, IF(no % 19 = 0, NULL, CONCAT('person', no, '@example.com')),
	IF(no % 6 = 1, CONCAT('person', no, '.home@example.com'), NULL),
	IF(no % 40 = 1, CONCAT('person', no, '.old@example.com'), NULL), since
FROM made;
INSERT INTO phone (person_id, work_phone, mobile_phone, home_phone, work_fax, pager, modified_at)
SELECT no, IF(no % 13 = 0, NULL, CONCAT(dial, ' 555-', digits)),
	IF(no % 4 = 3, NULL, CONCAT('+999 170 ', digits)),
	IF(no % 5 = 2, CONCAT(dial, ' 555-', 11000 - digits), NULL),
	IF(no % 6 = 5, CONCAT(dial, ' 555-', digits, '-9'), NULL),
	IF(no % 101 = 0, CONCAT('+999 180 ', digits), NULL), since
FROM made;
INSERT INTO address (person_id, work_street, work_city, work_state, work_zip, work_country,
	home_street, home_city, home_zip, home_country, modified_at)
SELECT no, IF(no % 30 = 7, CONCAT(no, ' Main Street\nBuilding ', no % 5), CONCAT(no, ' Main Street')),
	city, state, zip, country,
	IF(no % 5 = 2, CONCAT('Gartenweg ', no), NULL), IF(no % 5 = 2, city, NULL),
	IF(no % 5 = 2, zip, NULL), IF(no % 5 = 2, country, NULL), since
FROM made;
COMMIT;

DROP TEMPORARY TABLE first_name, last_name, place, shop, job, made;
