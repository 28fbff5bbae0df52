-- The business application's own tables: a person and, one row each, the
-- ways to reach him. Loading this twice changes nothing.

SET NAMES utf8mb4;
CREATE DATABASE IF NOT EXISTS adventureworks
	CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE adventureworks;

CREATE TABLE IF NOT EXISTS person (
	person_id      INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	courtesy_title VARCHAR(20),
	first_name     VARCHAR(60),
	middle_name    VARCHAR(60),
	last_name      VARCHAR(80) NOT NULL,
	suffix         VARCHAR(20),
	nickname       VARCHAR(60),
	company        VARCHAR(100),
	job_title      VARCHAR(100),
	department     VARCHAR(60),
	profession     VARCHAR(60),
	birthday       DATE,
	web_page       VARCHAR(250),
	notes          TEXT,
	tags           VARCHAR(250),
	-- TIMESTAMP and not DATETIME: it is UTC whatever zone a session has
	created_at     TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
	modified_at    TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
	KEY (last_name, first_name)
);

CREATE TABLE IF NOT EXISTS email (
	person_id   INT UNSIGNED NOT NULL PRIMARY KEY,
	email       VARCHAR(120),
	email2      VARCHAR(120),
	email3      VARCHAR(120),
	modified_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
	FOREIGN KEY (person_id) REFERENCES person (person_id) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS phone (
	person_id    INT UNSIGNED NOT NULL PRIMARY KEY,
	work_phone   VARCHAR(40),
	mobile_phone VARCHAR(40),
	home_phone   VARCHAR(40),
	work_fax     VARCHAR(40),
	pager        VARCHAR(40),
	modified_at  TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
	FOREIGN KEY (person_id) REFERENCES person (person_id) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS address (
	person_id    INT UNSIGNED NOT NULL PRIMARY KEY,
	work_street  VARCHAR(200),
	work_city    VARCHAR(80),
	work_state   VARCHAR(80),
	work_zip     VARCHAR(20),
	work_country VARCHAR(60),
	home_street  VARCHAR(200),
	home_city    VARCHAR(80),
	home_zip     VARCHAR(20),
	home_country VARCHAR(60),
	modified_at  TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
	FOREIGN KEY (person_id) REFERENCES person (person_id) ON DELETE CASCADE
);

-- Inner joins only: MariaDB updates through them, one table per statement.
CREATE OR REPLACE VIEW v_contacts AS
SELECT p.person_id, p.courtesy_title, p.first_name, p.middle_name, p.last_name, p.suffix,
	p.nickname, CONCAT_WS(' ', p.first_name, p.middle_name, p.last_name) AS full_name,
	p.company, p.job_title, p.department, p.profession, p.birthday, p.web_page, p.notes,
	p.tags, e.email, e.email2, e.email3, t.work_phone, t.mobile_phone, t.home_phone,
	t.work_fax, t.pager, a.work_street, a.work_city, a.work_state, a.work_zip,
	a.work_country, a.home_street, a.home_city, a.home_zip, a.home_country, p.created_at,
	GREATEST(p.modified_at, e.modified_at, t.modified_at, a.modified_at) AS modified_at
FROM person p
JOIN email e ON e.person_id = p.person_id
JOIN phone t ON t.person_id = p.person_id
JOIN address a ON a.person_id = p.person_id;
