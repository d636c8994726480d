CREATE TABLE "tallies" (
	"project_id" varchar(64) NOT NULL,
	"table_name" text NOT NULL,
	"n" integer NOT NULL,
	CONSTRAINT "tallies_project_id_table_name_pk" PRIMARY KEY("project_id","table_name")
);
--> statement-breakpoint
DROP INDEX "raw_events_created";--> statement-breakpoint
DROP INDEX "trashed_events_created";--> statement-breakpoint
DROP INDEX "users_created";--> statement-breakpoint
CREATE INDEX "raw_events_created" ON "raw_events" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE INDEX "trashed_events_created" ON "trashed_events" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE INDEX "users_created" ON "users" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE FUNCTION "tally"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "tallies" ("project_id", "table_name", "n")
      SELECT "project_id", TG_TABLE_NAME, count(*) FROM "added" GROUP BY "project_id"
      ON CONFLICT ("project_id", "table_name") DO UPDATE SET "n" = "tallies"."n" + excluded."n";
  ELSE
    UPDATE "tallies" SET "n" = "n" - "gone"."k"
      FROM (SELECT "project_id" AS "p", count(*) AS "k" FROM "removed" GROUP BY "project_id") AS "gone"
      WHERE "project_id" = "gone"."p" AND "table_name" = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER "users_added" AFTER INSERT ON "users" REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "tally"();--> statement-breakpoint
CREATE TRIGGER "users_removed" AFTER DELETE ON "users" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "tally"();--> statement-breakpoint
CREATE TRIGGER "trashed_events_added" AFTER INSERT ON "trashed_events" REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "tally"();--> statement-breakpoint
CREATE TRIGGER "trashed_events_removed" AFTER DELETE ON "trashed_events" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "tally"();--> statement-breakpoint
INSERT INTO "tallies" ("project_id", "table_name", "n")
  SELECT "project_id", 'users', count(*) FROM "users" GROUP BY "project_id"
  UNION ALL SELECT "project_id", 'trashed_events', count(*) FROM "trashed_events" GROUP BY "project_id";
