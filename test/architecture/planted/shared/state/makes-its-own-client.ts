// Planted: adapters receive their clients and never read the environment. Never compiled, never imported.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

export const client = new DynamoDBClient({ region: process.env.AWS_REGION });
