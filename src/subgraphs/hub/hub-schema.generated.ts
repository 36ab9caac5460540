import type { GraphQLResolveInfo } from 'graphql';
import type { HubFacts, SourceFacts } from './hub-facts.ts';
import type { Scope } from '../../contract/scope.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
};

export type Hub = {
  /** Name of this hub, from its configuration. */
  readonly name: Scalars['String']['output'];
  /** The sources that the graph is made of, in the order of the configuration. */
  readonly sources: ReadonlyArray<HubSource>;
  /** Seconds since the hub started. */
  readonly uptimeSeconds: Scalars['Float']['output'];
  /** Version of the hub's program. */
  readonly version: Scalars['String']['output'];
};

/** A source of the graph and how it has been doing since the hub started. */
export type HubSource = {
  /** Calls made to the upstream. */
  readonly calls: Scalars['Float']['output'];
  /** Those of the calls that failed. */
  readonly failures: Scalars['Float']['output'];
  readonly health: HubSourceHealth;
  /** rest, soap, ai and so on. */
  readonly kind: Scalars['String']['output'];
  /** Code of the last fault, for example HUB_UPSTREAM_TIMEOUT; null where there was none. */
  readonly lastFault: Maybe<Scalars['String']['output']>;
  readonly name: Scalars['String']['output'];
  /** Median latency of the last 1,024 calls in milliseconds; null before the first. */
  readonly p50Ms: Maybe<Scalars['Float']['output']>;
  /** 99th percentile of the latency of the last 1,024 calls in milliseconds; null before the first. */
  readonly p99Ms: Maybe<Scalars['Float']['output']>;
};

export type HubSourceHealth =
  /** The last call failed. */
  | 'DEGRADED'
  /** The circuit breaker is open: the hub does not call it for now. */
  | 'DOWN'
  /** Nothing was asked of it yet. */
  | 'UNKNOWN'
  /** The last call succeeded. */
  | 'UP';

/** The hub about itself. */
export type Query = {
  readonly hub: Hub;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  Hub: ResolverTypeWrapper<HubFacts>;
  HubSource: ResolverTypeWrapper<SourceFacts>;
  HubSourceHealth: HubSourceHealth;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Boolean: Scalars['Boolean']['output'];
  Float: Scalars['Float']['output'];
  Hub: HubFacts;
  HubSource: SourceFacts;
  Query: Record<PropertyKey, never>;
  String: Scalars['String']['output'];
};

export type HubResolvers<ContextType = Scope, ParentType extends ResolversParentTypes['Hub'] = ResolversParentTypes['Hub']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sources?: Resolver<ReadonlyArray<ResolversTypes['HubSource']>, ParentType, ContextType>;
  uptimeSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type HubSourceResolvers<ContextType = Scope, ParentType extends ResolversParentTypes['HubSource'] = ResolversParentTypes['HubSource']> = {
  calls?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  failures?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  health?: Resolver<ResolversTypes['HubSourceHealth'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  lastFault?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  p50Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  p99Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Scope, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  hub?: Resolver<ResolversTypes['Hub'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Scope> = {
  Hub?: HubResolvers<ContextType>;
  HubSource?: HubSourceResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
};

