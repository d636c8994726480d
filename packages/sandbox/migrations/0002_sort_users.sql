DROP INDEX "user_values_proof";--> statement-breakpoint
CREATE INDEX "user_values_proof" ON "user_values" USING btree ("project_id","field","proof","user_id");