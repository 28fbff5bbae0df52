CREATE DATABASE ledger_calendar CHARACTER SET utf8mb4;
USE ledger_calendar;
CREATE TABLE event (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    title VARCHAR(200), body MEDIUMTEXT, place VARCHAR(200),
    starts DATETIME, ends DATETIME, all_day TINYINT(1) NOT NULL DEFAULT 0,
    pattern TEXT, zone TEXT, series VARCHAR(38),
    busy INT, intended_busy INT, flag INT, urgency INT,
    header TEXT, footer TEXT, participants VARCHAR(255), categories TEXT
);
CREATE VIEW v AS SELECT * FROM event;
