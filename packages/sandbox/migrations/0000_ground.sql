CREATE TABLE "agent_keys" (
	"kid" text PRIMARY KEY NOT NULL,
	"agent_id" uuid NOT NULL,
	"public_key" text NOT NULL,
	"revoked_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "agents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" varchar(24) NOT NULL,
	"email" text NOT NULL,
	"firstname" text NOT NULL,
	"lastname" text NOT NULL,
	"phone" text NOT NULL,
	"picture" text,
	CONSTRAINT "agents_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"id" varchar(24) PRIMARY KEY NOT NULL,
	"project_id" varchar(64) NOT NULL,
	"integration_id" varchar(24) NOT NULL,
	"name" text NOT NULL,
	"campaign_slug" text NOT NULL,
	"active" boolean NOT NULL,
	"explicit" boolean NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "custom_columns" (
	"id" varchar(24) PRIMARY KEY NOT NULL,
	"project_id" varchar(64) NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"format" text NOT NULL,
	"symbols" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event_type_versions" (
	"event_type_id" varchar(24) NOT NULL,
	"version" integer NOT NULL,
	"fields" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "event_type_versions_event_type_id_version_pk" PRIMARY KEY("event_type_id","version")
);
--> statement-breakpoint
CREATE TABLE "event_types" (
	"id" varchar(24) PRIMARY KEY NOT NULL,
	"project_id" varchar(64) NOT NULL,
	"reference" text NOT NULL,
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"fields" jsonb NOT NULL,
	"metadata" jsonb NOT NULL,
	"phone_parsing_config" jsonb NOT NULL,
	"expiration_policy" jsonb NOT NULL,
	"attributable" boolean NOT NULL,
	"archived_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" varchar(64) NOT NULL,
	"user_id" varchar(24),
	"event_type" text NOT NULL,
	"event_type_id" varchar(24) NOT NULL,
	"event_type_version" integer NOT NULL,
	"event_date" timestamp (3) with time zone NOT NULL,
	"attributable" boolean NOT NULL,
	"event" jsonb NOT NULL,
	"user" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "fields" (
	"id" varchar(24) PRIMARY KEY NOT NULL,
	"project_id" varchar(64) NOT NULL,
	"entity" text NOT NULL,
	"key" text NOT NULL,
	"label" text NOT NULL,
	"type" text NOT NULL,
	"is_pii" boolean NOT NULL,
	"discriminant" boolean NOT NULL,
	"metadata" jsonb NOT NULL,
	"archived_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "integrations" (
	"id" varchar(24) PRIMARY KEY NOT NULL,
	"project_id" varchar(64) NOT NULL,
	"wmkt_id" text NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"data_source" text NOT NULL,
	"credential_id" text,
	"currency" varchar(3) NOT NULL,
	"url_check" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "interactions" (
	"id" varchar(24) PRIMARY KEY NOT NULL,
	"project_id" varchar(64) NOT NULL,
	"user_id" varchar(24) NOT NULL,
	"integration_id" varchar(24) NOT NULL,
	"campaign_id" varchar(24),
	"date" timestamp (3) with time zone NOT NULL,
	"user_data" jsonb NOT NULL,
	"node_data" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "metrics" (
	"id" varchar(24) PRIMARY KEY NOT NULL,
	"project_id" varchar(64) NOT NULL,
	"user_id" varchar(24),
	"event_id" uuid NOT NULL,
	"event_type" text NOT NULL,
	"event_date" timestamp (3) with time zone NOT NULL,
	"type" text NOT NULL,
	"storage_key" text NOT NULL,
	"value" double precision NOT NULL,
	"amount" double precision,
	"currency" varchar(3),
	"metric_date" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outlays" (
	"id" varchar(24) PRIMARY KEY NOT NULL,
	"project_id" varchar(64) NOT NULL,
	"integration_id" varchar(24) NOT NULL,
	"campaign_id" varchar(24) NOT NULL,
	"amount" double precision NOT NULL,
	"currency" varchar(3) NOT NULL,
	"start_date" timestamp (3) with time zone NOT NULL,
	"end_date" timestamp (3) with time zone NOT NULL,
	"country" text,
	"region" text,
	"deleted_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" varchar(64) PRIMARY KEY NOT NULL,
	"workspace_id" varchar(24) NOT NULL,
	"name" text NOT NULL,
	"mode" text NOT NULL,
	"retention_duration_in_days" integer,
	"picture" text,
	"domain" text NOT NULL,
	"currency" varchar(3) NOT NULL,
	"phone_parsing_config" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "raw_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" varchar(64) NOT NULL,
	"nonce" text NOT NULL,
	"event_type" text NOT NULL,
	"event_date" timestamp (3) with time zone,
	"tracker_id" text,
	"data" jsonb NOT NULL,
	"status" text NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"receptions" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "refresh_tokens" (
	"hash" varchar(64) PRIMARY KEY NOT NULL,
	"agent_id" uuid NOT NULL,
	"family" uuid NOT NULL,
	"used_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"kid" text PRIMARY KEY NOT NULL,
	"jwk" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trackers" (
	"project_id" varchar(64) NOT NULL,
	"tracker_id" text NOT NULL,
	"user_id" varchar(24) NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "trackers_project_id_tracker_id_pk" PRIMARY KEY("project_id","tracker_id")
);
--> statement-breakpoint
CREATE TABLE "trashed_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" varchar(64) NOT NULL,
	"nonce" text NOT NULL,
	"event_type" text NOT NULL,
	"event_date" timestamp (3) with time zone,
	"tracker_id" text,
	"data" jsonb NOT NULL,
	"errors" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "user_values" (
	"user_id" varchar(24) NOT NULL,
	"project_id" varchar(64) NOT NULL,
	"field" text NOT NULL,
	"proof" text NOT NULL,
	"value" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "user_values_user_id_field_proof_pk" PRIMARY KEY("user_id","field","proof")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" varchar(24) PRIMARY KEY NOT NULL,
	"project_id" varchar(64) NOT NULL,
	"first_interaction_date" timestamp (3) with time zone,
	"last_interaction_date" timestamp (3) with time zone,
	"first_event_date" timestamp (3) with time zone,
	"last_event_date" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "workspaces" (
	"id" varchar(24) PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"billing_id" text NOT NULL,
	"client_id" text NOT NULL,
	"client_secret" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "workspaces_client_id_unique" UNIQUE("client_id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "campaigns_slug" ON "campaigns" USING btree ("integration_id","campaign_slug");--> statement-breakpoint
CREATE UNIQUE INDEX "custom_columns_key" ON "custom_columns" USING btree ("project_id","key");--> statement-breakpoint
CREATE UNIQUE INDEX "event_types_live_reference" ON "event_types" USING btree ("project_id","reference") WHERE "event_types"."archived_at" is null;--> statement-breakpoint
CREATE INDEX "events_date" ON "events" USING btree ("project_id","event_date","event_type");--> statement-breakpoint
CREATE INDEX "events_type" ON "events" USING btree ("project_id","event_type","event_date");--> statement-breakpoint
CREATE INDEX "events_user" ON "events" USING btree ("user_id","event_date");--> statement-breakpoint
CREATE INDEX "events_created" ON "events" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "fields_live_key" ON "fields" USING btree ("project_id","key") WHERE "fields"."archived_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "integrations_wmkt_id" ON "integrations" USING btree ("project_id","wmkt_id");--> statement-breakpoint
CREATE INDEX "interactions_created" ON "interactions" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE INDEX "interactions_user" ON "interactions" USING btree ("user_id","date");--> statement-breakpoint
CREATE UNIQUE INDEX "metrics_event_key" ON "metrics" USING btree ("event_id","storage_key");--> statement-breakpoint
CREATE INDEX "metrics_insight" ON "metrics" USING btree ("project_id","storage_key","event_date");--> statement-breakpoint
CREATE INDEX "metrics_user" ON "metrics" USING btree ("user_id","metric_date");--> statement-breakpoint
CREATE INDEX "outlays_campaign" ON "outlays" USING btree ("campaign_id","start_date");--> statement-breakpoint
CREATE UNIQUE INDEX "raw_events_nonce" ON "raw_events" USING btree ("project_id","nonce");--> statement-breakpoint
CREATE INDEX "raw_events_due" ON "raw_events" USING btree ("due_at","created_at") WHERE "raw_events"."status" = 'accepted';--> statement-breakpoint
CREATE INDEX "raw_events_created" ON "raw_events" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE INDEX "trackers_user" ON "trackers" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "trashed_events_created" ON "trashed_events" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE INDEX "user_values_proof" ON "user_values" USING btree ("project_id","field","proof");--> statement-breakpoint
CREATE INDEX "users_created" ON "users" USING btree ("project_id","created_at");