CREATE DATABASE ledger_tasks CHARACTER SET utf8mb4;
USE ledger_tasks;
CREATE TABLE task (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    title VARCHAR(200), body MEDIUMTEXT, status VARCHAR(50), priority VARCHAR(50),
    percent DECIMAL(5,4), begins DATE, due DATE, completed DATE, assignee VARCHAR(100),
    actual_minutes INT, total_minutes DECIMAL(10,2), billing TEXT, categories TEXT, contacts TEXT,
    email_body MEDIUMTEXT, form TEXT, last_update TEXT, mileage TEXT, role TEXT, companies TEXT
);
CREATE VIEW v AS SELECT * FROM task;
