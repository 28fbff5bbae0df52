-- A shop's customers: one table, 250 invented people, the same at every run.
-- Loading this twice changes nothing.

SET NAMES utf8mb4;
CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE shop;

CREATE TABLE IF NOT EXISTS customer (
	customer_id    INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	courtesy_title VARCHAR(20),
	first_name     VARCHAR(60),
	last_name      VARCHAR(80),
	full_name      VARCHAR(160),
	company        VARCHAR(100),
	job_title      VARCHAR(100),
	email          VARCHAR(120),
	email2         VARCHAR(120),
	phone          VARCHAR(40),
	mobile         VARCHAR(40),
	home_phone     VARCHAR(40),
	fax            VARCHAR(40),
	street         VARCHAR(200),
	city           VARCHAR(80),
	state          VARCHAR(80),
	zip            VARCHAR(20),
	country        VARCHAR(60),
	web_page       VARCHAR(250),
	birthday       DATE,
	anniversary    DATE,
	spouse         VARCHAR(100),
	assistant      VARCHAR(100),
	manager        VARCHAR(100),
	im             VARCHAR(100),
	customer_code  VARCHAR(20),
	vat_number     VARCHAR(20),
	notes          TEXT,
	tags           VARCHAR(250),
	source_code    VARCHAR(20) NOT NULL, -- who made the row: see [defaults]
	created_at     TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
	modified_at    TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
	KEY (last_name, first_name)
);

CREATE OR REPLACE VIEW v_customers AS SELECT * FROM customer;

INSERT INTO customer (customer_id, courtesy_title, first_name, last_name, full_name, company,
	job_title, email, email2, phone, mobile, street, city, zip, country, web_page, birthday,
	anniversary, customer_code, notes, tags, source_code, created_at, modified_at)
WITH RECURSIVE n (no) AS (SELECT 1 UNION ALL SELECT no + 1 FROM n WHERE no < 250),
named AS (
	SELECT no,
		ELT(no % 19 + 1, 'Adele', 'Bruno', 'Céline', 'Dániel', 'Eszter', 'Fritz', 'Gisèle',
			'Hélène', 'Ingvar', 'José', 'Kåre', 'Lucía', 'Matěj', 'Nadia', 'Özlem', 'Paweł',
			'Rosa', 'Štěpán', 'Светлана') AS first_name,
		ELT((no * 4) % 23 + 1, 'Bauer', 'Černý', 'Dubois', 'Eriksen', 'Fröhlich', 'Gómez',
			'Horváth', 'Ilić', 'Jørgensen', 'Kaya', 'Lefèvre', 'Mäkinen', 'Núñez', 'Olsson',
			'Popescu', 'Ríos', 'Schäfer', 'Tóth', 'Urbański', 'Vögeli', 'Wójcik', 'Žižka',
			'Ольшанская') AS last_name,
		ELT(no % 7 + 1, 'Wien', 'Zürich', 'Kraków', 'Lyon', 'Győr', 'Tromsø', 'Cádiz') AS city,
		ELT(no % 7 + 1, 'Österreich', 'Schweiz', 'Polska', 'France', 'Magyarország', 'Norge',
			'España') AS country,
		'2025-03-01 10:00:00' + INTERVAL (no * 977) % 500000 MINUTE AS since
	FROM n
)
SELECT no, IF(no % 12 = 0, 'Prof.', NULL), first_name, last_name,
	CONCAT(first_name, ' ', last_name),
	IF(no % 3 = 0, CONCAT(last_name, ' & Co. "', city, '"'), NULL),
	IF(no % 3 = 0, 'Manager', NULL),
	IF(no % 11 = 0, NULL, CONCAT('customer', no, '@example.com')),
	IF(no % 16 = 0, CONCAT('customer', no, '.second@example.com'), NULL),
	IF(no % 5 = 0, NULL, CONCAT('+999 1 555-', 1000 + (no * 631) % 9000)),
	IF(no % 2 = 0, CONCAT('+999 170 ', 100000 + no * 37), NULL),
	CONCAT('Ringstraße ', no), city, 1000 + (no * 17) % 9000, country,
	IF(no % 6 = 0, CONCAT('https://shop.example/', no), NULL),
	IF(no % 4 = 0, '1960-02-29' + INTERVAL (no * 71) % 15000 DAY, NULL),
	IF(no % 32 = 0, '1999-12-31', NULL), CONCAT('C-', LPAD(no, 5, '0')),
	IF(no % 25 = 0, 'Asks for <small> parcels & a call before noon.\nPays at once.', NULL),
	IF(no % 4 = 1, 'Customer', NULL), 'shop', since, since
FROM named
WHERE NOT EXISTS (SELECT 1 FROM customer);
